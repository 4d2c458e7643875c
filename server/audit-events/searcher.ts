import { FhirError } from '../../resources/fhir-error.ts'
import type { AuditLog } from '../../resources/store/audit.ts'
import type { Selection } from '../../resources/store/port.ts'
import { APART } from '../../search/apart.ts'
import type {
  Around,
  Found,
  FoundPage,
  Link,
  LiveVersion,
  Manner,
  ResourceName,
  Restriction,
  Search,
  Searcher,
} from '../../search/searcher.ts'
import { linkedFrom } from './linked.ts'
import { EventPages, HeldEvent } from './pages.ts'
import type { LogPlace } from './place.ts'

/**
 * The searcher of the store with the audit log beside it: AuditEvents are found there, all else in the store. Nothing leads
 * from the store to the log (`search/apart.ts`).
 */
export class SearcherWithLog implements Searcher {
  private readonly store: Searcher
  private readonly events: EventPages

  /** `most`: ms that a search of the log may take. */
  constructor(store: Searcher, log: AuditLog, place: LogPlace, most: number) {
    this.store = store
    this.events = new EventPages(store, log, place, most)
  }

  find(search: Search, count: number, from?: string, manner: Manner = {}): Promise<FoundPage> {
    return APART.has(search.type)
      ? this.events.find(search, count, from, manner)
      : this.store.find(search, count, from, manner)
  }

  async read(name: ResourceName, restriction: Restriction): Promise<LiveVersion | undefined> {
    if (!APART.has(name.type)) return this.store.read(name, restriction)
    const { found } = await this.events.find({ type: name.type, where: { kind: 'id', ids: [name.id] }, restriction }, 1)
    return (await this.versions(found))[0]
  }

  async ids(search: Search, count: number): Promise<string[]> {
    if (!APART.has(search.type)) return this.store.ids(search, count)
    return (await this.events.find(search, count)).found.map(({ id }) => id)
  }

  count(search: Search): Promise<number> {
    return APART.has(search.type) ? this.events.count(search) : this.store.count(search)
  }

  async containers(type: string): Promise<string[]> {
    return (await this.store.containers(type)).filter((container) => !APART.has(container))
  }

  async versions(found: readonly Found[]): Promise<LiveVersion[]> {
    const stored = found.filter(({ held }) => !(held instanceof HeldEvent))
    const versions = stored.length > 0 ? await this.store.versions(stored) : []
    return found.map(({ held }) => (held instanceof HeldEvent ? held.version : versions.shift()!))
  }

  async joined(found: readonly Found[], around: Around): Promise<Buffer> {
    const parts: Buffer[] = []
    for (const run of runsOf(found)) {
      if (parts.length > 0) parts.push(COMMA)
      const isOfLog = run[0]!.held instanceof HeldEvent
      parts.push(isOfLog ? joinedEvents(await this.versions(run), around) : await this.store.joined(run, around))
    }
    return Buffer.concat(parts)
  }

  async linked(
    from: readonly ResourceName[],
    links: readonly Link[],
    restriction: Restriction,
    count: number,
  ): Promise<FoundPage> {
    const events = from.flatMap((one) => ('held' in one && one.held instanceof HeldEvent ? [one.held] : []))
    const others = from.filter(({ type }) => !APART.has(type))
    const page = others.length > 0 ? await this.store.linked(others, links, restriction, count) : NOTHING
    if (events.length === 0 || page.more) return page
    return linkedFrom(events, links, page, { searcher: this.store, restriction, count })
  }

  async explain(search: Search): Promise<string[]> {
    return APART.has(search.type) ? this.events.explain(search) : this.store.explain(search)
  }

  /** A commit cannot repeat a search of the log. */
  selection(search: Search): Selection {
    if (!APART.has(search.type)) return this.store.selection(search)
    throw FhirError.of('invalid', `Nothing is written by criteria of ${search.type}.`, { code: 'not-supported' })
  }
}

const NOTHING: FoundPage = { found: [], more: false }
const COMMA = Buffer.from(',')

/** What was found, in stretches that are of the log or of the store. */
function runsOf(found: readonly Found[]): Found[][] {
  const runs: Found[][] = []
  let last: boolean | undefined
  for (const one of found) {
    const isOfLog = one.held instanceof HeldEvent
    if (isOfLog === last) runs.at(-1)!.push(one)
    else runs.push([one])
    last = isOfLog
  }
  return runs
}

function joinedEvents(versions: readonly LiveVersion[], { beforeName, behindName, behind }: Around): Buffer {
  const parts = versions.flatMap(({ type, id, text }, at) => [
    Buffer.from(`${at === 0 ? '' : ','}${beforeName}${type}/${id}${behindName}`),
    text,
    Buffer.from(behind),
  ])
  return Buffer.concat(parts)
}

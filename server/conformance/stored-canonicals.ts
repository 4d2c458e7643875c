import { type Canonical, type Canonicals, canonicalParts, type Listed } from '../../resources/conformance/canonicals.ts'
import { chosenVersion } from '../../resources/conformance/versions.ts'
import { parseText } from '../../resources/json/parse.ts'
import type { Change, Store } from '../../resources/store/port.ts'
import { Recent } from '../../resources/terminology/recent.ts'
import type { Expression } from '../../search/expression.ts'
import { type LiveVersion, type Restriction, restrictionOf, type Searcher } from '../../search/searcher.ts'

/** The types of definitions that are looked up among stored resources. */
export const DEFINITIONS = ['StructureDefinition', 'ValueSet', 'CodeSystem', 'ConceptMap', 'NamingSystem'] as const

const TYPES: ReadonlySet<string> = new Set(DEFINITIONS)

/** Resources of one url that are looked at. */
const MOST_OF_URL = 50

/** Resources of one type that are listed, and those that are read at a time. */
const MOST_LISTED = 20_000
const PAGE = 500

/** Bytes of text of definitions that stay parsed, of the largest of them, and lookups that are remembered. */
const KEPT = 48 * 1024 * 1024
const LARGEST = 16 * 1024 * 1024
const LOOKUPS = 20_000

const ALL: Restriction = { byType: {}, others: { kind: 'all' } }

/** A stored definition, and which resource it is. */
interface Stored {
  id: string
  canonical: Canonical
}

/** What a lookup found, without the contents. */
interface Heads {
  heads: readonly { id: string; version: number }[]
}

/**
 * Definitions among the resources of the store, which users write. What was looked up is remembered until a definition is written, by
 * this process or, where several work on the store, by another.
 */
export class StoredCanonicals {
  private readonly searcher: Searcher
  private readonly baseUrl: string
  private readonly lookups = new Recent<Heads>(LOOKUPS)
  private readonly running = new Map<string, Promise<Stored[]>>()
  private readonly lists = new Map<string, readonly { id: string; listed: Listed }[]>()
  private readonly parsed = new Recent<Stored>(KEPT, LARGEST)
  /** Counts how often definitions may have changed. */
  generation = 0
  private endWatches: (() => Promise<void>)[] = []

  constructor(searcher: Searcher, baseUrl: string) {
    this.searcher = searcher
    this.baseUrl = baseUrl
  }

  /** Hears from now on of what other processes write. */
  follow(store: Store): void {
    const { shared } = store
    if (shared) this.endWatches = DEFINITIONS.map((type) => shared.watch(type, () => this.forget()))
  }

  /** Takes note of what a commit of this process wrote. */
  committed(changes: readonly Change[]): void {
    if (changes.some(({ type, kind }) => kind !== 'index' && TYPES.has(type))) this.forget()
  }

  async close(): Promise<void> {
    await Promise.all(this.endWatches.map((end) => end()))
  }

  /** Those that a restriction holds for; all without one. */
  as(restriction: Restriction = ALL): Canonicals {
    return {
      find: async (type, url, version) => {
        const all = await this.stored(type, url)
        const seen = await this.seen(type, all, restriction)
        return chosenVersion(
          seen.map(({ canonical }) => canonical),
          version,
        )
      },
      list: async (type) => {
        const all = await this.all(type)
        return (await this.seen(type, all, restriction)).map(({ listed }) => listed)
      },
      stamp: async () => `stored ${this.generation}`,
    }
  }

  private forget(): void {
    this.generation++
    this.lookups.clear()
    this.lists.clear()
  }

  private async seen<T extends { id: string }>(type: string, all: T[], restriction: Restriction): Promise<T[]> {
    const narrowed = restrictionOf(restriction, type)
    if (narrowed.kind === 'all' || all.length === 0) return all
    if (narrowed.kind === 'none') return []
    const ids = all.map(({ id }) => id)
    const visible = new Set(await this.searcher.ids({ type, where: { kind: 'id', ids }, restriction }, ids.length))
    return all.filter(({ id }) => visible.has(id))
  }

  private async stored(type: string, url: string): Promise<Stored[]> {
    if (!TYPES.has(type)) return []
    const key = `${type} ${url}`
    const known = this.lookups.get(key)
    const kept = known?.heads.map(({ id, version }) => this.parsed.get(`${type}/${id}/${version}`))
    if (kept?.every((one) => one !== undefined)) return kept as Stored[]
    return this.once(`${this.generation} ${key}`, () => this.looked(type, url, key))
  }

  /** The same lookup is made once at a time. */
  private async once(name: string, look: () => Promise<Stored[]>): Promise<Stored[]> {
    const running = this.running.get(name)
    if (running) return running
    const looking = look()
    this.running.set(name, looking)
    try {
      return await looking
    } finally {
      this.running.delete(name)
    }
  }

  private async looked(type: string, url: string, key: string): Promise<Stored[]> {
    const { generation } = this
    const found = await this.versions(type, whereOf(type, url, this.baseUrl), MOST_OF_URL)
    const stored = found.map((version) => this.parse(version, url)).filter((one) => one !== undefined)
    if (generation === this.generation) {
      this.lookups.set(key, { heads: found.map(({ id, version }) => ({ id, version })) })
    }
    return stored
  }

  private async versions(type: string, where: Expression, most: number): Promise<LiveVersion[]> {
    const { found } = await this.searcher.find({ type, where, restriction: ALL }, most)
    return this.searcher.versions(found)
  }

  private parse({ type, id, version, text }: LiveVersion, asked: string): Stored {
    const key = `${type}/${id}/${version}`
    const known = this.parsed.get(key)
    if (known) return known
    const resource = parseText(text.toString()) as Canonical['resource'] & { url?: string; version?: string }
    const canonical: Canonical = {
      resource,
      url: resource.url ?? asked,
      version: resource.version,
      source: 'stored',
      key: `stored ${key}`,
    }
    const stored = { id, canonical }
    this.parsed.set(key, stored, text.length)
    return stored
  }

  private async all(type: string): Promise<{ id: string; listed: Listed }[]> {
    if (!TYPES.has(type)) return []
    const known = this.lists.get(type)
    if (known) return [...known]
    const { generation } = this
    const all: { id: string; listed: Listed }[] = []
    let after: string | undefined
    do {
      const { found, more } = await this.searcher.find({ type, where: { kind: 'all' }, restriction: ALL }, PAGE, after)
      for (const one of await this.searcher.versions(found)) {
        const { url, version } = parseText(one.text.toString()) as { url?: string; version?: string }
        const key = `stored ${type}/${one.id}/${one.version}`
        if (url !== undefined) all.push({ id: one.id, listed: { url, version, key } })
      }
      after = more && all.length < MOST_LISTED ? found.at(-1)?.position : undefined
    } while (after !== undefined)
    if (generation === this.generation) this.lists.set(type, all)
    return all
  }
}

/** By its url, a NamingSystem by one of its identifiers; what has none is named by its address here. */
function whereOf(type: string, url: string, baseUrl: string): Expression {
  const path = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length + 1) : ''
  const [named, id, ...rest] = path.split('/')
  const byId: Expression[] = named === type && id && rest.length === 0 ? [{ kind: 'id', ids: [id] }] : []
  const own: Expression =
    type === 'NamingSystem'
      ? { kind: 'string', param: 'value', mode: 'exact', texts: [url] }
      : { kind: 'uri', param: 'url', uris: [url] }
  return byId.length > 0 ? { kind: 'or', parts: [own, ...byId] } : own
}

/** The definition that a canonical with or without a version names. */
export function findCanonical(canonicals: Canonicals, type: string, canonical: string): Promise<Canonical | undefined> {
  const { url, version } = canonicalParts(canonical)
  return canonicals.find(type, url, version)
}

import { setTimeout } from 'node:timers/promises'
import type { Test } from 'tap'
import { stamped } from '../../../resources/json/stamp.ts'
import type { Archive, RestoredVersion } from '../../../resources/store/archive.ts'
import { BASE } from '../criteria.ts'
import { writeOf } from '../facts.ts'
import { IDS, type Resource, TYPE_NAMES } from '../oracle/world.ts'
import { openServer, type Reply, type TestServer } from '../server.ts'
import type { Caller } from './caller.ts'
import { FURTHER_NAMES } from './further-types.ts'
import type { Asked } from './requests.ts'
import { BEGINNING, nameOf, type Track } from './tracks.ts'
import type { Twins } from './twins.ts'

/** What was answered, without what differs by chance. */
export interface Told {
  asked: string
  status: number
  headers: Record<string, string | undefined>
  text: string
}

/** Pages that are turned at the most. */
const MOST_PAGES = 12

/** One of two stores, as its caller sees it. */
class Side {
  private readonly server: TestServer
  private readonly ids = new Map<string, string>()

  constructor(server: TestServer) {
    this.server = server
  }

  /** Everything that is answered to a request, page after page to the end and back to the first. */
  async told(asked: Asked): Promise<Told[]> {
    const { method, path, body, headers } = asked
    const first = await this.server.ask(method, path, body, headers)
    const told = [this.plain(`${method} ${path}`, first)]
    let page = first
    for (const way of ['next', 'previous']) {
      for (let turned = 0; turned < MOST_PAGES; turned++) {
        const url = linkOf(page, way)
        if (url === undefined) break
        page = await this.server.get(url.slice(BASE.length + 1), headers)
        told.push(this.plain(`${way} of ${path}`, page))
      }
    }
    return told
  }

  private plain(asked: string, { status, headers, text }: Reply): Told {
    if (status >= 500) throw new Error(`${asked}: ${status} ${this.server.log.at(-1)}`)
    const { 'x-request-id': _, date: __, ...rest } = headers
    return {
      asked,
      status,
      headers: Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, this.cleaned(String(value))])),
      text: this.cleaned(text),
    }
  }

  /** Ids that the server chose are named in the order in which they came, moments of today are one. */
  private cleaned(text: string): string {
    return text
      .replace(/[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[\da-f]{4}-[\da-f]{12}/g, (id) => {
        if (!this.ids.has(id)) this.ids.set(id, `id-${this.ids.size + 1}`)
        return this.ids.get(id)!
      })
      .replace(NOW, 'now')
      .replace(/_cursor=[\w-]+/g, ({ length }) => `_cursor=${length}`)
  }
}

/** As FHIR, and as HTTP write the moments since the test began. */
const year = new Date().getFullYear()
const NOW = new RegExp(
  `(${year}|${year + 1})-\\d\\d-\\d\\dT[\\d:.]+Z|\\w{3}, \\d\\d \\w{3} (${year}|${year + 1}) [\\d:]+ GMT`,
  'g',
)

function linkOf({ json }: Reply, relation: string): string | undefined {
  const links: { relation: string; url: string }[] = json?.link ?? []
  return links.find((link) => link.relation === relation)?.url
}

/** Two servers on stores of their own, asked by the same caller. */
export class Pair {
  private readonly one: Side
  private readonly other: Side

  constructor(one: TestServer, other: TestServer) {
    this.one = new Side(one)
    this.other = new Side(other)
  }

  static async open(t: Test, { one, other }: Twins, caller: Caller): Promise<Pair> {
    const orders = new Map([...new Set([...one, ...other].map(nameOf))].sort().map((name, at) => [name, at * 16]))
    const sides = await Promise.all(
      [one, other].map(async (tracks) => {
        const server = await openServer(t, { PUBLIC_URL: BASE.replace(/\/fhir$/, ''), CHARTROOM_ZONE: 'UTC' })
        for (const resource of caller.besides ?? []) await put(server, resource)
        await restore(server, tracks, orders)
        return server.as(await caller.access(server.services))
      }),
    )
    return new Pair(sides[0]!, sides[1]!)
  }

  /** What both answer, one behind the other. */
  async ask(asked: Asked): Promise<[Told[], Told[]]> {
    const one = await this.one.told(asked)
    const other = await this.other.told(asked)
    // Ids of what is made are in the order of the moments.
    if (asked.method !== 'GET') await setTimeout(2)
    return [one, other]
  }
}

/**
 * Refers to everything that there may be. SQLite's order without `_sort` is that in which resources were first named, be it
 * by a reference: where a hidden resource names what is seen before that is there, it tells of that order, and no more.
 */
const naming: RestoredVersion = versionsOf(
  {
    type: 'Linkage',
    id: 'naming',
    versions: [{ at: BEGINNING - 1000, resource: { resourceType: 'Linkage', id: 'naming', item: allNames() } }],
  },
  0,
)[0]!

function allNames() {
  return [...TYPE_NAMES, ...FURTHER_NAMES].flatMap((type) =>
    [...IDS, 'none'].map((id) => ({ type: 'source', resource: { reference: `${type}/${id}` } })),
  )
}

async function put(server: TestServer, resource: Resource): Promise<void> {
  const { status, text } = await server.put(`${resource.resourceType}/${resource.id}`, resource)
  if (status !== 201) throw new Error(`${status} ${text}`)
}

async function restore({ services }: TestServer, tracks: readonly Track[], orders: ReadonlyMap<string, number>) {
  const { archive } = services.store as unknown as { archive: Archive }
  const versions = tracks.flatMap((track) => versionsOf(track, orders.get(nameOf(track))!))
  versions.push(naming)
  versions.sort((one, other) => one.lastUpdated - other.lastUpdated || one.order - other.order)
  await archive.restore({ versions })
}

function versionsOf({ type, id, versions }: Track, first: number): RestoredVersion[] {
  return versions.map(({ at, resource }, index): RestoredVersion => {
    const number = index + 1
    const until = versions[index + 1]?.at
    const created = index === 0 || versions[index - 1]!.resource === undefined
    const common = { type, id, version: number, lastUpdated: at, until, order: first + number }
    if (!resource) return { ...common, method: 'DELETE', created: false, text: undefined, entries: [] }
    const { text, metaAt, entries, contained } = writeOf(resource)
    return {
      ...common,
      method: 'PUT',
      created,
      text: stamped(text, metaAt, number, at),
      entries: until === undefined ? entries : [],
      ...(contained && until === undefined ? { contained } : {}),
    }
  })
}

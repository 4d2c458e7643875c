import type { Test } from 'tap'
import { FhirError } from '../../resources/fhir-error.ts'
import { prepareStamp } from '../../resources/json/stamp.ts'
import { SqliteStore } from '../../resources/store/sqlite/store.ts'
import { UTC } from '../../resources/zone.ts'
import type { ParseContext } from '../../search/criterion.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { type Facts, matches } from '../../search/matches.ts'
import { parseCriteria } from '../../search/parse.ts'
import { parseQuery } from '../../search/query.ts'
import { SqliteSearcher } from '../../search/sqlite/searcher.ts'
import { BASE, type Written } from './criteria.ts'
import { storeFolder } from './folder.ts'

/** A resource as these tests write it. */
export type Named = Written & { id: string }

/** Some resources, in a store and beside it. */
export class World {
  readonly searcher: SqliteSearcher
  private readonly t: Test
  private readonly factsByType: Map<string, Facts[]>
  private readonly zone

  constructor(t: Test, searcher: SqliteSearcher, factsByType: Map<string, Facts[]>, zone = UTC) {
    this.t = t
    this.zone = zone
    this.searcher = searcher
    this.factsByType = factsByType
  }

  /** The ids that a query finds, by plain JavaScript; the store must find the same. What refuses it, in words. */
  async found(type: string, query: string, context: Omit<ParseContext, 'baseUrl'> = {}): Promise<string[] | string> {
    try {
      const { expression: where } = parseCriteria(type, parseQuery(query), {
        baseUrl: BASE,
        zone: this.zone,
        ...context,
      })
      const resources = (name: string) => this.factsByType.get(name) ?? []
      const ids = resources(type)
        .filter((facts) => matches(where, facts, { type, resources }))
        .map(({ id }) => id)
        .sort()
      const search = { type, where, restriction: { byType: {}, others: { kind: 'all' } } } as const
      const stored = await this.searcher.ids(search, 1000)
      this.t.strictSame(stored.sort(), ids, `the store: ${query}`)
      this.t.equal(await this.searcher.count(search), ids.length)
      return ids
    } catch (error) {
      if (error instanceof FhirError && error.kind === 'invalid') return error.issues[0]?.diagnostics ?? ''
      throw error
    }
  }
}

/** Writes resources to a store of their own, as a server in that zone does. */
export async function openWorld(t: Test, resources: readonly Named[], zone = UTC): Promise<World> {
  const store = await SqliteStore.open(storeFolder(t))
  t.teardown(() => store.close())
  const changes = resources.map((value) => {
    const { resourceType: type, id } = value
    const stampable = prepareStamp({ text: Buffer.from(JSON.stringify(value)), value: value as never }, id)
    const entries = indexEntries(type, value, BASE, undefined, zone)
    return { kind: 'write', method: 'PUT', type, id, ...stampable, entries } as const
  })
  const outcomes = await store.commit({ changes, guards: [] })
  const facts = changes.map(({ type, id, entries }, at) => ({
    type,
    facts: { id, entries, lastUpdated: outcomes[at]?.lastUpdated ?? 0 },
  }))
  const byType = new Map<string, Facts[]>()
  for (const { type, facts: one } of facts) byType.set(type, [...(byType.get(type) ?? []), one])
  return new World(t, new SqliteSearcher(store, 10_000), byType, zone)
}

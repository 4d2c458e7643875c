import type { Test } from 'tap'
import { FhirError } from '../../resources/fhir-error.ts'
import { UTC } from '../../resources/zone.ts'
import { type Containment, containedSearches } from '../../search/contained.ts'
import type { ParseContext } from '../../search/criterion.ts'
import type { Expression } from '../../search/expression.ts'
import type { Facts } from '../../search/matches.ts'
import { parseCriteria } from '../../search/parse.ts'
import { parseQuery } from '../../search/query.ts'
import type { Restriction, Searcher } from '../../search/searcher.ts'
import { BASE, type Written } from './criteria.ts'
import { factsOf, writeOf } from './facts.ts'
import { answer } from './oracle/answers.ts'
import { openStore } from './stores.ts'

const EVERYTHING: Restriction = { byType: {}, others: { kind: 'all' } }

/** A resource as these tests write it. */
export type Named = Written & { id: string }

/** Some resources, in a store and beside it. */
export class World {
  readonly searcher: Searcher
  private readonly t: Test
  private readonly factsByType: Map<string, Facts[]>
  private readonly zone

  constructor(t: Test, searcher: Searcher, factsByType: Map<string, Facts[]>, zone = UTC) {
    this.t = t
    this.zone = zone
    this.searcher = searcher
    this.factsByType = factsByType
  }

  /** The ids that a query finds, by plain JavaScript; the store must find the same. What refuses it, in words. */
  async found(type: string, query: string, context: Omit<ParseContext, 'baseUrl'> = {}): Promise<string[] | string> {
    try {
      return await this.decided(type, this.where(type, query, context), EVERYTHING, query)
    } catch (error) {
      if (error instanceof FhirError && error.kind === 'invalid') return error.issues[0]?.diagnostics ?? ''
      throw error
    }
  }

  /**
   * What a search for contained resources finds, type by type, for those who may see of each type what a query says: of
   * types that are not named, nothing. Without `seen` all is seen.
   */
  async foundContained(type: string, query: string, containment: Containment, seen?: Record<string, string>) {
    const restriction = seen ? this.restriction(seen) : EVERYTHING
    const containers = new Map([[type, await this.searcher.containers(type)]])
    const searches = containedSearches(new Map([[type, this.where(type, query)]]), containment, containers)
    const found: string[] = []
    for (const [name, where] of searches) {
      const ids = await this.decided(name, where, restriction, `${name} of ${type}?${query} ${JSON.stringify(seen)}`)
      found.push(...ids.map((id) => (id.includes('#') ? id : `${name}/${id}`)))
    }
    return found.sort()
  }

  private restriction(seen: Record<string, string>): Restriction {
    const byType = Object.entries(seen).map(([type, query]) => [type, this.where(type, query)])
    return { byType: Object.fromEntries(byType), others: { kind: 'none' } }
  }

  private where(type: string, query: string, context: Omit<ParseContext, 'baseUrl'> = {}): Expression {
    return parseCriteria(type, parseQuery(query), { baseUrl: BASE, zone: this.zone, ...context }).expression
  }

  /** What is found by plain JavaScript; the store must find, count and give the same, page by page. */
  private async decided(type: string, where: Expression, restriction: Restriction, words: string): Promise<string[]> {
    const ids = answer(this.factsByType, type, where, restriction)
      .map(({ id }) => id)
      .sort()
    const search = { type, where, restriction }
    this.t.strictSame((await this.searcher.ids(search, 1000)).sort(), ids, `the store: ${words}`)
    this.t.equal(await this.searcher.count(search), ids.length)
    const paged: string[] = []
    let after: string | undefined
    do {
      const { found, more } = await this.searcher.find(search, 2, after)
      paged.push(...found.map(({ id }) => id))
      after = more ? found.at(-1)?.position : undefined
    } while (after !== undefined)
    this.t.strictSame(paged.sort(), ids, `its pages: ${words}`)
    return ids
  }
}

/** Writes resources to a store of their own, as a server in that zone does. */
export async function openWorld(t: Test, resources: readonly Named[], zone = UTC): Promise<World> {
  const { store, searcher } = await openStore(t)
  const changes = resources.map((resource) => writeOf(resource, zone))
  const outcomes = await store.commit({ changes, guards: [] })
  const byType = new Map<string, Facts[]>()
  for (const [at, change] of changes.entries()) {
    for (const [type, facts] of factsOf(change, outcomes[at]?.lastUpdated ?? 0)) {
      byType.set(type, [...(byType.get(type) ?? []), facts])
    }
  }
  return new World(t, searcher, byType, zone)
}

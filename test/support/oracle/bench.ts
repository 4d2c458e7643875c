import type { Test } from 'tap'
import { FhirError } from '../../../resources/fhir-error.ts'
import type { Change } from '../../../resources/store/port.ts'
import { UTC, type Zone } from '../../../resources/zone.ts'
import { containedSearches, insideSort } from '../../../search/contained.ts'
import type { Expression } from '../../../search/expression.ts'
import { parseCriteria } from '../../../search/parse.ts'
import type { Restriction, Search } from '../../../search/searcher.ts'
import { parseSort } from '../../../search/sort.ts'
import { withTerminology } from '../../../search/terminology/resolve.ts'
import { BASE } from '../criteria.ts'
import { factsOf, writeOf } from '../facts.ts'
import { openStore, type TestStore } from '../stores.ts'
import type { Pair } from './plain.ts'
import { REGISTRY } from './registry.ts'
import type { Sight, Sought } from './searches.ts'
import type { Known } from './view.ts'
import type { Resource } from './world.ts'

/** A store that holds one small world after the other, and the searchers that stand beside it. */
export class Bench {
  readonly stored: TestStore
  /** The world as plain JavaScript looks at it. */
  facted = new Map<string, Known[]>()
  /** When its parts were committed. */
  moments: number[] = []
  /** `Type/id` of all that was ever written: what a failed case leaves behind must not fail the next. */
  private readonly written = new Set<string>()
  private readonly zone: Zone

  constructor(stored: TestStore, zone = UTC) {
    this.stored = stored
    this.zone = zone
  }

  static async open(t: Test, zone?: Zone): Promise<Bench> {
    return new Bench(await openStore(t), zone)
  }

  /** By the kinds of plan that they make. */
  get searchers(): TestStore['searchers'] {
    return this.stored.searchers
  }

  /** Puts a world in the place of the one there is, in three commits. */
  async fill(resources: readonly Resource[]): Promise<void> {
    const removes = [...this.written].map((name): Change => {
      const [type = '', id = ''] = name.split('/')
      return { kind: 'delete', type, id }
    })
    this.facted = new Map()
    this.moments = []
    await this.stored.store.commit({ changes: removes, guards: [] })
    const third = Math.ceil(resources.length / 3)
    for (let at = 0; at < 3; at++) await this.write(resources.slice(at * third, (at + 1) * third))
  }

  /** Writes resources, in one commit. */
  async write(resources: readonly Resource[]): Promise<void> {
    // The next moment of the store's clock.
    await new Promise((resolve) => setTimeout(resolve, 2))
    const changes = resources.map((resource) => writeOf(resource, this.zone, REGISTRY))
    for (const { resourceType, id } of resources) this.written.add(`${resourceType}/${id}`)
    const outcomes = await this.stored.store.commit({ changes, guards: [] })
    this.moments.push(outcomes[0]?.lastUpdated ?? Date.now())
    for (const [at, change] of changes.entries()) {
      this.forget(change.type, change.id)
      for (const [type, facts] of factsOf(change, outcomes[at]!.lastUpdated)) {
        this.facted.set(type, [...(this.facted.get(type) ?? []), { ...facts, type, resource: resources[at]! }])
      }
    }
  }

  async remove(type: string, id: string): Promise<void> {
    await this.stored.store.commit({ changes: [{ kind: 'delete', type, id }], guards: [] })
    this.forget(type, id)
  }

  private forget(type: string, id: string): void {
    for (const [name, all] of this.facted) {
      const kept = all.filter(({ id: own, container = { type: name, id: own } }) => {
        return container.type !== type || container.id !== id
      })
      this.facted.set(name, kept)
    }
  }

  async search({ type, pairs, sort, sight, inside }: Sought): Promise<Search> {
    const restriction = await this.restriction(sight)
    const where = await this.where(type, pairs, restriction)
    if (!inside) return { type, where, restriction, sort: parseSort(type, sort, REGISTRY) }
    const { container, ...containment } = inside
    const searches = [...containedSearches(new Map([[type, where]]), containment, new Map([[type, [container]]]))]
    // Of what is listed one behind the other, the part of contained resources or of their containers.
    const [name, own] = searches.find(([one]) => one === container || one.startsWith('#'))!
    const keys = name.startsWith('#') ? insideSort(parseSort(type, sort, REGISTRY)) : parseSort(name, sort, REGISTRY)
    return { type: name, where: own, restriction, sort: keys }
  }

  async restriction({ kept, others }: Sight): Promise<Restriction> {
    const byType: Restriction['byType'] = Object.fromEntries(
      await Promise.all(kept.map(async ([type, pair]) => [type, await this.where(type, [pair], EVERYTHING)] as const)),
    )
    return { byType, others: { kind: others ? 'all' : 'none' } }
  }

  /** A value with the moments that it stands for. */
  filled(value: string): string {
    return value.replace(/@(\d)/g, (_, at) => new Date(this.moments[Number(at)] ?? 0).toISOString())
  }

  private where(type: string, pairs: Pair[], restriction: Restriction): Promise<Expression> {
    const filled = pairs.map(([name, value]): Pair => [name, this.filled(value)])
    const place = { searcher: this.stored.searcher, restriction, baseUrl: BASE }
    return withTerminology((terminology) => {
      const context = { baseUrl: BASE, parameters: REGISTRY, terminology, zone: this.zone }
      const { expression, unknown } = parseCriteria(type, filled, context)
      if (unknown.length > 0) throw new Error(`unknown: ${unknown.join()}`)
      return expression
    }, place)
  }
}

const EVERYTHING: Restriction = { byType: {}, others: { kind: 'all' } }

/** What work gives; undefined where what a client sent is refused. */
export async function accepted<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof FhirError && error.kind === 'invalid') return undefined
    throw error
  }
}

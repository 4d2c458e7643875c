import { insideName, typeInside } from '../../resources/contained.ts'
import {
  referenceKey,
  referenceOf,
  referenceStretch,
  type Stretch,
  uriKey,
  uriOf,
  uriStretch,
} from '../../resources/store/mongo/keys.ts'
import { allOf, type Expression, isOfEntries } from '../expression.ts'
import { beyond } from '../implied.ts'
import { type Restriction, restrictionOf } from '../searcher.ts'
import { canonical } from './canonical.ts'
import { ALWAYS, anyOf, everyOf, isIn, type MongoFilter } from './conditions.ts'
import { type FarExpression, farParts, filterOf } from './filter.ts'
import { hasKey } from './keys.ts'
import { type Reading, TooMany } from './reading.ts'

const LIVE: MongoFilter = { live: true }

/** The canonicals that lead to a resource (`../types/uri.ts`). */
export const OWN_CANONICALS = 'url:canonical'

/**
 * Makes filters of Expressions: what other resources decide is asked first, from the far end on, and stands in the filter
 * as the ids that came of it. What is asked at far ends is narrowed to what the caller may see there; `restriction` is left
 * out for Expressions that are themselves what narrows.
 */
export class Filters {
  private readonly reading: Reading
  private readonly restriction: Restriction | undefined
  private readonly unrestricted: Filters
  /** What was asked once is not asked again. */
  private readonly known = new Map<string, Promise<MongoFilter>>()

  constructor(reading: Reading, restriction: Restriction | undefined) {
    this.reading = reading
    this.restriction = restriction
    this.unrestricted = restriction === undefined ? this : new Filters(reading, undefined)
  }

  /** Live resources of a type that meet an Expression and that the caller may see, whose documents are read. */
  async read(type: string, where: Expression): Promise<MongoFilter> {
    return everyOf([LIVE, await this.seen(type, where)])
  }

  /** The same, for what an index tells alone: that they are live is not asked where no others can be found. */
  async seen(type: string, where: Expression): Promise<MongoFilter> {
    const narrowing = beyond(this.narrowing(type), where)
    const asked = await this.filter(type, where)
    const isLive = isOfEntries(where) || isOfEntries(narrowing)
    const live = isLive ? asked : everyOf([asked, LIVE])
    return everyOf([live, await this.unrestricted.filter(type, narrowing, live)])
  }

  private narrowing(type: string): Expression {
    return this.restriction ? restrictionOf(this.restriction, type) : { kind: 'all' }
  }

  /**
   * The filter of an Expression, whoever asks. A far part that leads to too many is asked anew, of those alone that the other
   * parts leave over `among` the resources of the type.
   */
  private async filter(type: string, expression: Expression, among = ALWAYS): Promise<MongoFilter> {
    const flat = allOf([expression])
    const parts = flat.kind === 'and' ? flat.parts : [flat]
    const resolved = new Map<Expression, MongoFilter>()
    const wide: FarExpression[] = []
    for (const part of farParts(flat)) {
      try {
        resolved.set(part, await this.resolved(type, part))
      } catch (error) {
        if (!(error instanceof TooMany && parts.includes(part))) throw error
        wide.push(part)
      }
    }
    let filter = filterOf(type, allOf(parts.filter((part) => !wide.includes(part as FarExpression))), resolved)
    for (const part of wide) {
      filter = everyOf([filter, await this.resolve(type, part, everyOf([filter, among]))])
    }
    return filter
  }

  private resolved(type: string, part: FarExpression): Promise<MongoFilter> {
    const name = `${type} ${canonical(part)}`
    const known = this.known.get(name) ?? this.resolve(type, part)
    this.known.set(name, known)
    return known
  }

  private resolve(type: string, part: FarExpression, among?: MongoFilter): Promise<MongoFilter> {
    switch (part.kind) {
      case 'chain':
        return this.chained(type, part, among)
      case 'has':
        return this.referredTo(type, part, among)
      case 'contains':
        return this.containing(type, part, among)
      case 'within':
        return this.contained(type, part, among)
    }
  }

  private async chained(of: string, chain: Of<'chain'>, among?: MongoFilter): Promise<MongoFilter> {
    const { param, canonical, targets } = chain
    const refers = `${param}:canonical`
    const keys: string[] = []
    for (const { type, where } of targets) {
      const filters = [await this.seen(type, where)]
      if (canonical) {
        if (among) filters.push(hasKey(await this.uris(of, among, refers, OWN_CANONICALS)))
        keys.push(...(await this.uris(type, everyOf(filters), OWN_CANONICALS, refers)))
      } else {
        if (among) filters.push(isIn('_id', await this.referred(of, among, param, type)))
        keys.push(...(await this.reading.allIds(type, everyOf(filters))).map((id) => referenceKey(param, type, id)))
      }
    }
    return hasKey(keys)
  }

  private async referredTo(of: string, has: Of<'has'>, among?: MongoFilter): Promise<MongoFilter> {
    const { type, param, canonical, where } = has
    const refers = `${param}:canonical`
    const filters = [await this.seen(type, where)]
    if (canonical) {
      if (among) filters.push(hasKey(await this.uris(of, among, OWN_CANONICALS, refers)))
      return hasKey(await this.uris(type, everyOf(filters), refers, OWN_CANONICALS))
    }
    if (among) filters.push(hasKey((await this.reading.allIds(of, among)).map((id) => referenceKey(param, of, id))))
    return isIn('_id', await this.referred(type, everyOf(filters), param, of))
  }

  /** No more is asked of the contained resource than `where`: who may see its container may see it. */
  private async containing(of: string, { type, where }: Of<'contains'>, among?: MongoFilter): Promise<MongoFilter> {
    const inside = insideName(type)
    const filters = [await this.filter(inside, where), { 'c.type': of }]
    if (among) filters.push(isIn('c.id', await this.reading.allIds(of, among)))
    return isIn('_id', await this.reading.distinct(inside, everyOf(filters), '$c.id'))
  }

  private async contained(type: string, within: Of<'within'>, among?: MongoFilter): Promise<MongoFilter> {
    const found: MongoFilter[] = []
    // The types are named one by one: what is not known to contain others is not seen.
    for (const container of await this.reading.containers(typeInside(type) ?? '')) {
      const where = restrictionOf(within, container)
      if (where.kind === 'none') continue
      const isOfType = { 'c.type': container }
      if (where.kind === 'all') found.push(isOfType)
      else {
        const filters = [await this.filter(container, where), LIVE]
        if (among) filters.push(isIn('_id', await this.reading.distinct(type, everyOf([among, isOfType]), '$c.id')))
        found.push(everyOf([isOfType, isIn('c.id', await this.reading.allIds(container, everyOf(filters)))]))
      }
    }
    return anyOf(found)
  }

  /** Ids of what resources refer to by a parameter, of one type. */
  private async referred(type: string, filter: MongoFilter, param: string, target: string): Promise<string[]> {
    const keys = await this.reading.distinct(type, filter, keysWithin([referenceStretch(param, target)]))
    return keys.map((key) => referenceOf(param, key).id)
  }

  /** The uris that resources have for a parameter, as keys of another one. */
  private async uris(type: string, filter: MongoFilter, param: string, other: string): Promise<string[]> {
    const keys = await this.reading.distinct(type, filter, keysWithin([uriStretch(param, '')]))
    return keys.map((key) => uriKey(other, uriOf(param, key)))
  }
}

type Of<K extends FarExpression['kind']> = Extract<FarExpression, { kind: K }>

/** An aggregation's expression for those keys of a document that are in one of the stretches. */
export function keysWithin(stretches: readonly Stretch[]): unknown {
  const tests = stretches.map(({ from, to }) => ({ $and: [{ $gte: ['$$key', from] }, { $lt: ['$$key', to] }] }))
  return { $filter: { input: { $ifNull: ['$k', []] }, as: 'key', cond: { $or: tests } } }
}

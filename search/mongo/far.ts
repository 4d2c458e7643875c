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
import { type Restriction, restrictionOf } from '../searcher.ts'
import { canonical } from './canonical.ts'
import { anyOf, everyOf, isIn, type MongoFilter, NEVER } from './conditions.ts'
import { type FarExpression, farParts, filterOf } from './filter.ts'
import { hasKey } from './keys.ts'
import type { Reading } from './reading.ts'

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

  /** The live resources of a type that meet an Expression and that the caller may see. */
  async seen(type: string, where: Expression): Promise<MongoFilter> {
    const narrowing: Expression = this.restriction ? restrictionOf(this.restriction, type) : { kind: 'all' }
    const filters = [await this.filter(type, where), await this.unrestricted.filter(type, narrowing)]
    const isLive = isOfEntries(where) || isOfEntries(narrowing)
    return everyOf(isLive ? filters : [...filters, LIVE])
  }

  /** The filter of an Expression, whoever asks. */
  private async filter(type: string, expression: Expression): Promise<MongoFilter> {
    const flat = allOf([expression])
    const resolved = new Map<Expression, MongoFilter>()
    for (const part of farParts(flat)) resolved.set(part, await this.resolved(type, part))
    return filterOf(type, flat, resolved)
  }

  private resolved(type: string, part: FarExpression): Promise<MongoFilter> {
    const name = `${type} ${canonical(part)}`
    const known = this.known.get(name) ?? this.resolve(type, part)
    this.known.set(name, known)
    return known
  }

  private resolve(type: string, part: FarExpression): Promise<MongoFilter> {
    switch (part.kind) {
      case 'chain':
        return this.chained(part)
      case 'has':
        return this.referredTo(type, part)
      case 'contains':
        return this.containing(type, part)
      case 'within':
        return this.contained(type, part)
    }
  }

  private async chained({ param, canonical, targets }: Extract<Expression, { kind: 'chain' }>): Promise<MongoFilter> {
    const keys: string[] = []
    for (const { type, where } of targets) {
      const filter = await this.seen(type, where)
      if (canonical) {
        const uris = await this.keys(type, filter, uriStretch(OWN_CANONICALS, ''))
        keys.push(...uris.map((key) => uriKey(`${param}:canonical`, uriOf(OWN_CANONICALS, key))))
      } else {
        const ids = filter === NEVER ? [] : await this.reading.allIds(type, filter)
        keys.push(...ids.map((id) => referenceKey(param, type, id)))
      }
    }
    return hasKey(keys)
  }

  private async referredTo(of: string, has: Extract<Expression, { kind: 'has' }>): Promise<MongoFilter> {
    const { type, param, canonical, where } = has
    const filter = await this.seen(type, where)
    if (canonical) {
      const name = `${param}:canonical`
      const uris = await this.keys(type, filter, uriStretch(name, ''))
      return hasKey(uris.map((key) => uriKey(OWN_CANONICALS, uriOf(name, key))))
    }
    const keys = await this.keys(type, filter, referenceStretch(param, of))
    return isIn(
      '_id',
      keys.map((key) => referenceOf(param, key).id),
    )
  }

  /** No more is asked of the contained resource than `where`: who may see its container may see it. */
  private async containing(
    of: string,
    { type, where }: Extract<Expression, { kind: 'contains' }>,
  ): Promise<MongoFilter> {
    const inside = insideName(type)
    const filter = everyOf([await this.filter(inside, where), { 'c.type': of }])
    return isIn('_id', filter === NEVER ? [] : await this.reading.distinct(inside, filter, '$c.id'))
  }

  private async contained(type: string, within: Extract<Expression, { kind: 'within' }>): Promise<MongoFilter> {
    const filters: MongoFilter[] = []
    // The types are named one by one: what is not known to contain others is not seen.
    for (const container of await this.reading.containers(typeInside(type) ?? '')) {
      const where = restrictionOf(within, container)
      if (where.kind === 'none') continue
      const isOfType = { 'c.type': container }
      if (where.kind === 'all') filters.push(isOfType)
      else {
        const filter = everyOf([await this.filter(container, where), LIVE])
        const ids = filter === NEVER ? [] : await this.reading.allIds(container, filter)
        filters.push(everyOf([isOfType, isIn('c.id', ids)]))
      }
    }
    return anyOf(filters)
  }

  /** The keys of a stretch that documents have, each once. */
  private async keys(type: string, filter: MongoFilter, stretch: Stretch): Promise<string[]> {
    return filter === NEVER ? [] : this.reading.distinct(type, filter, keysWithin([stretch]))
  }
}

/** An aggregation's expression for those keys of a document that are in one of the stretches. */
export function keysWithin(stretches: readonly Stretch[]): unknown {
  const tests = stretches.map(({ from, to }) => ({ $and: [{ $gte: ['$$key', from] }, { $lt: ['$$key', to] }] }))
  return { $filter: { input: { $ifNull: ['$k', []] }, as: 'key', cond: { $or: tests } } }
}

import { fieldOf } from '../../resources/store/mongo/document.ts'
import { LISTED_BY } from '../../resources/store/mongo/indexes.ts'
import type { Comparison, Expression } from '../expression.ts'
import { everyOf, type MongoFilter } from './conditions.ts'

/**
 * What follows, of the earliest start and the latest end, from what is asked of the date that a type is listed by: it is no
 * more than is asked, but an index has these two by themselves, in the order of the listing.
 */
export function datesThatFollow(type: string, parts: readonly Expression[]): MongoFilter {
  const date = LISTED_BY[type]
  return everyOf(
    parts.flatMap((part) => {
      if (part.kind !== 'range' || part.param !== date || part.tests.length !== 1) return []
      const [test] = part.tests
      return test!.unit === '' ? test!.all.map((comparison) => follows(fieldOf(part.param), comparison)) : []
    }),
  )
}

/** What ends before a moment starts before it, and what starts behind it ends behind it. */
function follows(field: string, [, is, than]: Comparison): MongoFilter {
  const operator = is === '<' ? '$lt' : is === '>' ? '$gt' : is === '<=' ? '$lte' : '$gte'
  return { [`s.${field}.${is[0] === '<' ? 'a' : 'z'}`]: { [operator]: than } }
}

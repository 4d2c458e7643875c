import type { Expression, ReferenceTarget } from '../../search/expression.ts'
import { EVER, hull, type Span, spanOfBounds, spanOfTest, within } from './span.ts'
import { keysOfReference, keysOfToken } from './wanted-keys.ts'

/** What a record needs for one of its events to meet an Expression. */
export interface Needed {
  /** Of each list one key. */
  keys: readonly (readonly string[])[]
  /** What AuditEvent.meta.lastUpdated says, and AuditEvent.recorded; of what others recorded neither need be when it came. */
  updated: Span
  date: Span
  /** Ids of the events, of which it must have one. */
  ids?: readonly string[]
}

/** Keys in one list at the most: more narrow nothing. */
const MOST_KEYS = 1_000

const NOTHING_NEEDED: Needed = { keys: [], updated: EVER, date: EVER }
const IMPOSSIBLE: Needed = { ...NOTHING_NEEDED, keys: [[]] }

/**
 * What an Expression about AuditEvents needs of a record, be it ever so little: a record without it has no event that meets
 * the Expression.
 */
export function neededFor(expression: Expression): Needed {
  switch (expression.kind) {
    case 'none':
      return IMPOSSIBLE
    case 'and':
      return expression.parts.map(neededFor).reduce(both, NOTHING_NEEDED)
    case 'or':
      return either(expression.parts.map(neededFor))
    case 'id':
      return { ...NOTHING_NEEDED, ids: expression.ids }
    case 'lastUpdated':
      return { ...NOTHING_NEEDED, updated: hull(expression.ranges.map(spanOfBounds)) }
    case 'range':
      return expression.param === 'date'
        ? { ...NOTHING_NEEDED, date: hull(expression.tests.map(spanOfTest)) }
        : NOTHING_NEEDED
    case 'token':
      return oneOf(expression.tests.map(({ code }) => keysOfToken(expression.param, code)))
    case 'reference':
      return ofReference(expression)
    default:
      return NOTHING_NEEDED
  }
}

function ofReference({ param, targets, bare, uris }: Extract<Expression, { kind: 'reference' }>): Needed {
  if (uris.length > 0) return NOTHING_NEEDED
  const meant: ReferenceTarget[] = [...targets, ...bare.types.flatMap((type) => bare.ids.map((id) => ({ type, id })))]
  return oneOf(meant.map((target) => keysOfReference(param, target)))
}

/** One key of all the ways; a way without keys may have any. */
function oneOf(ways: readonly (readonly string[] | undefined)[]): Needed {
  const keys = new Set<string>()
  for (const way of ways) {
    if (!way || keys.size > MOST_KEYS) return NOTHING_NEEDED
    for (const key of way) keys.add(key)
  }
  return keys.size > MOST_KEYS ? NOTHING_NEEDED : { ...NOTHING_NEEDED, keys: [[...keys]] }
}

function both(one: Needed, other: Needed): Needed {
  return {
    keys: [...one.keys, ...other.keys],
    updated: within(one.updated, other.updated),
    date: within(one.date, other.date),
    ...idsOf(one.ids, other.ids),
  }
}

function idsOf(one: readonly string[] | undefined, other: readonly string[] | undefined): Pick<Needed, 'ids'> {
  if (!one || !other) {
    const ids = one ?? other
    return ids ? { ids } : {}
  }
  const wanted = new Set(other)
  return { ids: one.filter((id) => wanted.has(id)) }
}

/** An empty "or" is nothing. */
function either(ways: readonly Needed[]): Needed {
  const possible = ways.filter(({ keys, ids }) => ids?.length !== 0 && keys.every((list) => list.length > 0))
  if (possible.length === 0) return IMPOSSIBLE
  const [only] = possible
  if (only && possible.length === 1) return only
  const ids = possible.every((way) => way.ids) ? { ids: [...new Set(possible.flatMap((way) => way.ids ?? []))] } : {}
  return {
    keys: oneOf(possible.map(({ keys }) => shortest(keys))).keys,
    updated: hull(possible.map(({ updated }) => updated)),
    date: hull(possible.map(({ date }) => date)),
    ...ids,
  }
}

function shortest(lists: readonly (readonly string[])[]): readonly string[] | undefined {
  return lists.toSorted((one, other) => one.length - other.length)[0]
}

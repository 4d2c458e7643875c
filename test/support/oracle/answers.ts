import type { IndexEntry } from '../../../resources/store/port.ts'
import type { Expression } from '../../../search/expression.ts'
import { type Facts, matches } from '../../../search/matches.ts'
import { type Restriction, restrictionOf } from '../../../search/searcher.ts'
import type { SortKey } from '../../../search/sort.ts'

/** All resources by their type, as plain JavaScript looks at them. */
export type Facted = ReadonlyMap<string, readonly Facts[]>

/** What is found, in no order: what the caller may see of what meets the search, decided without a store. */
export function answer(facted: Facted, type: string, where: Expression, restriction: Restriction): Facts[] {
  const world = { type, resources: (other: string) => facted.get(other) ?? [] }
  const asked = narrowed(where, restriction)
  const narrowing = restrictionOf(restriction, type)
  return world.resources(type).filter((facts) => matches(asked, facts, world) && matches(narrowing, facts, world))
}

/** What is asked at the far end of a link, kept to what the caller may see there. */
function narrowed(expression: Expression, restriction: Restriction): Expression {
  const far = (type: string, where: Expression): Expression => ({
    kind: 'and',
    parts: [narrowed(where, restriction), restrictionOf(restriction, type)],
  })
  switch (expression.kind) {
    case 'and':
    case 'or':
      return { ...expression, parts: expression.parts.map((part) => narrowed(part, restriction)) }
    case 'not':
      return { ...expression, part: narrowed(expression.part, restriction) }
    case 'chain':
      return {
        ...expression,
        targets: expression.targets.map(({ type, where }) => ({ type, where: far(type, where) })),
      }
    case 'has':
      return { ...expression, where: far(expression.type, expression.where) }
    case 'contains':
      return { ...expression, where: narrowed(expression.where, restriction) }
    default:
      return expression
  }
}

/** Sorts ids as R4 says (`_sort`): missing values last, ties by id. */
export function sorted(found: readonly Facts[], sort: readonly SortKey[]): Facts[] {
  return sortedTogether([['', found, sort]]).map(([, facts]) => facts)
}

/** Sorts what is found of several types, each with its own keys, as one: ties in the order of the types, then by id. */
export function sortedTogether(
  types: readonly (readonly [type: string, found: readonly Facts[], sort: readonly SortKey[]])[],
): [type: string, facts: Facts][] {
  const rows = types.flatMap(([type, found, sort], at) =>
    found.map((facts) => ({ type, at, facts, keys: sort.map((key) => keyValue(facts, key)) })),
  )
  rows.sort((one, other) => {
    for (const [at, { descending }] of types[0]![2].entries()) {
      const order = compareKeys(one.keys[at], other.keys[at], descending)
      if (order !== 0) return order
    }
    return one.at - other.at || byCodePoint(one.facts.id, other.facts.id)
  })
  return rows.map(({ type, facts }) => [type, facts])
}

type Value = string | number | undefined

function compareKeys(one: Value, other: Value, descending: boolean): number {
  if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined)
  const order = compare(one, other)
  return descending ? -order : order
}

function compare(one: string | number, other: string | number): number {
  return typeof one === 'string' ? byCodePoint(one, String(other)) : one - Number(other)
}

/** The order of UTF-8 bytes; that of UTF-16 puts surrogates before U+E000. */
function byCodePoint(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

/** Ascending the least value or start, descending the greatest value or end. */
function keyValue({ id, lastUpdated, entries }: Facts, { by, descending }: SortKey): Value {
  if (by === 'id') return id
  if (by === 'lastUpdated') return lastUpdated
  const values = entries.filter(([, param]) => param === by.param).flatMap((entry) => ofEntry(entry, descending))
  return values.sort(compare).at(descending ? -1 : 0)
}

function ofEntry(entry: IndexEntry, descending: boolean): (string | number)[] {
  switch (entry[0]) {
    case 'range':
      return entry[2] === '' ? [entry[descending ? 4 : 3]] : []
    case 'token':
      return [entry[3]]
    case 'reference':
      return [`${entry[2]}/${entry[3]}`]
    default:
      return [entry[2]]
  }
}

import type { Place, SortedParameter, SortKey } from '../sort.ts'
import { type Fragment, join, raw, sql } from './fragment.ts'
import type { Numbers } from './numbers.ts'

/** The value that a resource in table `row` is sorted by. */
export function keyOf(numbers: Numbers, type: string, { by, descending }: SortKey, row: string): Fragment {
  if (by === 'id') return raw(`${row}.id`)
  if (by === 'lastUpdated') return raw(`${row}.updated`)
  const most = descending ? 'max' : 'min'
  const param = numbers.param(type, by.param)
  const own = raw(`k.rid = ${row}.rid AND k.grp = 0 AND k.param`)
  switch (by.type) {
    case 'range':
      return sql`(SELECT ${asNumber(`${most}(k.${descending ? 'high' : 'low'})`)} FROM range_entry k WHERE ${own} = ${param} AND k.unit = 0)`
    case 'string':
      return sql`(SELECT ${raw(most)}(k.value) FROM string_entry k WHERE ${own} = ${param})`
    default:
      return sql`(SELECT ${raw(most)}(${raw(TEXTS[by.type])}) FROM entry k WHERE ${own} = ${param})`
  }
}

/** An end of a range as JavaScript takes it: a great number without a fraction is kept as a 64-bit integer. */
export function asNumber(end: string): Fragment {
  return raw(`${end} + 0.0`)
}

/** The text of an entry's value, by which such parameters are sorted. */
const TEXTS: Record<Exclude<SortedParameter['type'], 'range' | 'string'>, string> = {
  token: '(SELECT code FROM value WHERE id = k.value)',
  uri: '(SELECT code FROM value WHERE id = -k.value)',
  reference: `CASE WHEN k.value < 0 THEN (SELECT code FROM value WHERE id = -k.value) ELSE
    (SELECT t.name || '/' || o.id FROM resource o JOIN type t ON t.id = o.type WHERE o.rid = k.value) END`,
}

/** Values of the keys and the id of a row: columns, or what gives them. */
export interface Columns {
  keys: readonly Fragment[]
  id: Fragment
}

/** The columns `k0`, `k1`, … and `id` of a table. */
export function columnsOf(sort: readonly SortKey[], row: string): Columns {
  return { keys: sort.map((_, at) => raw(`${row}.k${at}`)), id: raw(`${row}.id`) }
}

/** An order of results, and from behind which place on they are wanted; or backward, from in front of it. */
export interface Order {
  sort: readonly SortKey[]
  place?: Place | undefined
  backward: boolean
}

/** What follows ORDER BY: those without a value last, ties by id; backward the other way round. */
export function orderBy({ sort, backward }: Order, { keys, id }: Columns): Fragment {
  const [first, last] = backward ? ['DESC', 'ASC'] : ['ASC', 'DESC']
  const terms = keys.map(
    (key, at) => sql`${key} IS NULL ${raw(first)}, ${key} ${raw(sort[at]!.descending ? last : first)}`,
  )
  return join([...terms, sql`${id} ${raw(first)}`], ', ')
}

/** The condition that a row comes behind a place; backward, in front of it. */
export function beyond({ sort, place, backward }: Order, { keys, id }: Columns): Fragment {
  if (!place) return raw('1')
  const equal = keys.map((key, at) => sql`${key} IS ${place[at] ?? null}`)
  const cases = keys.flatMap((key, at) => {
    const later = keyBeyond(key, place[at] ?? null, sort[at]!.descending, backward)
    return later ? [join([...equal.slice(0, at), later], ' AND ')] : []
  })
  cases.push(join([...equal, sql`${id} ${raw(backward ? '<' : '>')} ${place.at(-1) as string}`], ' AND '))
  return sql`(${join(cases, ' OR ')})`
}

function keyBeyond(
  key: Fragment,
  value: string | number | null,
  descending: boolean,
  backward: boolean,
): Fragment | undefined {
  if (value === null) return backward ? sql`${key} IS NOT NULL` : undefined
  const past = sql`${key} ${raw(descending === backward ? '>' : '<')} ${value}`
  return backward ? past : sql`(${past} OR ${key} IS NULL)`
}

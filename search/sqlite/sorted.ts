import type { Expression } from '../expression.ts'
import type { SortedParameter, SortKey } from '../sort.ts'
import { type RangeExpression, rangeTests } from './entries.ts'
import { type Fragment, join, limit, raw, sql } from './fragment.ts'
import { asNumber, beyond, columnsOf, keyOf, type Order, orderBy } from './order.ts'
import type { Joined, Part, Source } from './source.ts'

/**
 * All that a source has, sorted; `columns` are of its `resource` r and `version` v. Keys are computed once a row, before
 * those in front of the page are left out.
 */
export function sorted(
  source: Source,
  order: Order,
  driver: Part | undefined,
  columns: Fragment,
  count: number,
): Fragment {
  const { sort } = order
  const keys = sort.map(
    (key, at) =>
      sql`, ${joinsIn(key) ? endOf(key, at) : keyOf(source.numbers, source.type, key, 'r')} AS ${raw(`k${at}`)}`,
  )
  const { from, where } = source.rows('r', driver, (rid) => joinedKeys(source, sort, rid))
  const columnsOfAll = columnsOf(sort, 's')
  const all = sql`SELECT r.rid, r.id, r.seq${join(keys, '')} FROM ${from} WHERE ${where}`
  return sql`WITH s AS MATERIALIZED (${all})
    ${ofPage(sql`SELECT * FROM s WHERE ${beyond(order, columnsOfAll)} ORDER BY ${orderBy(order, columnsOfAll)} ${limit(count)}`, order, columns)}`
}

/** `columns` and the keys of a page, sorted: what is not needed for its order is joined to it alone. */
export function ofPage(page: Fragment, order: Order, columns: Fragment): Fragment {
  const { sort } = order
  const keys = raw(sort.map((_, at) => `, r.k${at}`).join(''))
  return sql`SELECT ${columns}${keys} FROM (${page}) r CROSS JOIN version v ON v.seq = r.seq
    ORDER BY ${orderBy(order, columnsOf(sort, 'r'))}`
}

/** Entries that keys are read from are joined in: what is asked of them is asked there, and not looked up once more. */
function joinedKeys(source: Source, sort: readonly SortKey[], rid: string): Joined {
  const joins: Fragment[] = []
  const tests: Fragment[] = []
  const met: Part[] = []
  const seen = new Set<string>()
  for (const [at, key] of sort.entries()) {
    if (!joinsIn(key)) continue
    const { param } = key.by
    const own = seen.has(param) ? [] : source.parts.filter(({ expression }) => isOfKey(expression, key.by))
    seen.add(param)
    const alias = `e_k${at}`
    joins.push(
      sql`${raw(own.length > 0 ? 'CROSS JOIN' : 'LEFT JOIN')} range_entry ${raw(`${alias} ON ${alias}.rid = ${rid}
      AND ${alias}.unit = 0 AND ${alias}.grp = 0 AND ${alias}.param`)} = ${source.numbers.param(source.type, param)}`,
    )
    tests.push(...own.map(({ expression }) => rangeTests(expression as RangeExpression, alias)))
    met.push(...own)
  }
  return { joins: join(joins, ' '), tests, met }
}

/** Whether a resource has one entry of a key's parameter at the most, with all of its value. */
export function joinsIn(key: SortKey): key is SortKey & { by: SortedParameter } {
  return typeof key.by === 'object' && key.by.table === 'range' && key.by.single
}

function endOf({ descending }: SortKey, at: number): Fragment {
  return asNumber(`e_k${at}.${descending ? 'high' : 'low'}`)
}

/** Whether an Expression asks only for what the entry has that a key is read from. */
export function isOfKey(expression: Expression, { param }: SortedParameter): expression is RangeExpression {
  return expression.kind === 'range' && expression.param === param && expression.tests.every(({ unit }) => unit === '')
}

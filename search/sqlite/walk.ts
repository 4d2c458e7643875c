import type { Comparison } from '../expression.ts'
import type { SortedParameter, SortKey } from '../sort.ts'
import { type RangeExpression, rangeTests } from './entries.ts'
import { type Fragment, inTime, join, limit, raw, sql } from './fragment.ts'
import { asNumber, beyond, keyOf, type Order, orderBy } from './order.ts'
import { isOfKey, ofPage } from './sorted.ts'
import type { Part, Source } from './source.ts'

/** Span in ms above which a range is in the indexes of the wide ones (`resources/store/sqlite/schema.ts`). */
const WIDE = 86_400_000

/** Whether an index gives resources in the order of a key. */
export function canWalk({ by, descending }: SortKey): boolean {
  if (typeof by === 'string' || by.table === 'string') return true
  // The index of ends has no points, such as most quantities are.
  return by.table === 'range' && (by.moments || !descending)
}

/** A stretch of the walk: where the rows with the first key come from, that key as an index has it and as it is read. */
interface Stretch {
  from: Fragment
  key: Fragment
  read: Fragment
  where: Fragment
  /** What is asked already; absent where no entries are walked. */
  met?: Part[]
}

/**
 * Selects that give, one behind the other, what a source has in the order of its keys: the index of the first key is
 * walked and each resource tested, so that a page ends after its last row. Their columns are those of `columns`, and
 * `k0`, `k1`, …
 */
export function walks(source: Source, order: Order, columns: Fragment, count: number): Fragment[] {
  const { sort } = order
  return stretches(source, order).map(({ from, key, read, where, met }) => {
    const keys = [key, ...sort.slice(1).map((other) => keyOf(source.numbers, source.type, other, 'r'))]
    const now = { keys, id: raw('r.id') }
    const names = [read, ...keys.slice(1)].map((k, at) => sql`, ${k} AS ${raw(`k${at}`)}`)
    // Entries are there of live resources of the type alone.
    const own = met ? raw('1') : sql`r.type = ${source.numbers.type(source.type)} AND r.live = 1`
    const tests = source.tests({ rid: 'r.rid', row: 'r' }, ...(met ?? []))
    const page = sql`SELECT r.rid, r.id, r.seq${join(names, '')} FROM ${from}
      WHERE ${where} AND ${own} AND ${inTime('r.rid')} AND ${tests} AND ${beyond(order, now)} ORDER BY ${orderOf(order, now)} ${limit(count)}`
    return ofPage(page, order, columns)
  })
}

/** A first key that is a column is never null in its stretch, and an index gives its order. */
function orderOf({ sort, backward }: Order, columns: { keys: Fragment[]; id: Fragment }): Fragment {
  const [first, ...others] = columns.keys
  const rest = orderBy({ sort: sort.slice(1), backward }, { keys: others, id: columns.id })
  return sql`${first!} ${raw(sort[0]!.descending === backward ? 'ASC' : 'DESC')}, ${rest}`
}

/** In the order in which they come: backward, those without a value are the first. */
function stretches(source: Source, order: Order): Stretch[] {
  const { sort, place, backward } = order
  const { by } = sort[0]!
  if (by === 'id' || by === 'lastUpdated') {
    const column = raw(by === 'id' ? 'r.id' : 'r.updated')
    const start = startOf(column, order)
    return [{ from: raw('resource r'), key: column, read: column, where: start }]
  }
  const isPast = place !== undefined && place[0] === null
  const walked = isPast && !backward ? [] : ofEntries(source, by, order)
  // What must have a value of the parameter cannot be without one.
  const isRequired = source.parts.some(({ expression }) => 'param' in expression && expression.param === by.param)
  const without = isRequired || (backward && !isPast) ? [] : [withoutValue(source, by)]
  return backward ? [...without, ...walked.reverse()] : [...walked, ...without]
}

function ofEntries(source: Source, by: SortedParameter, order: Order): Stretch[] {
  const { descending } = order.sort[0]!
  const isRange = by.table === 'range'
  const column = isRange ? (descending ? 'k.high' : 'k.low') : 'k.value'
  const tests = [
    sql`k.param = ${source.numbers.param(source.type, by.param)}`,
    raw(isRange ? 'k.unit = 0 AND k.grp = 0' : 'k.grp = 0'),
  ]
  // The index of ends is of those alone.
  if (isRange && descending) tests.push(raw('k.high > k.low'))
  tests.push(startOf(raw(column), order))
  if (!by.single) tests.push(firstOfIts(by, column, descending))
  const met = by.single && isRange ? source.parts.filter(({ expression }) => isOfKey(expression, by)) : []
  tests.push(...met.map(({ expression }) => rangeTests(expression as RangeExpression, 'k')))
  const bounds = by.single && isRange ? boundsOf(source, by.param, descending) : [{ index: undefined, tests: [] }]
  return bounds.map(({ index, tests: more }) => ({
    from: raw(`${isRange ? 'range_entry' : 'string_entry'} k ${index ?? ''} CROSS JOIN resource r ON r.rid = k.rid`),
    key: raw(column),
    read: isRange ? asNumber(column) : raw(column),
    where: join([...tests, ...more], ' AND '),
    met,
  }))
}

/** Where the index is entered: a walk backward from those without a value begins at its end. */
function startOf(column: Fragment, { sort, place, backward }: Order): Fragment {
  const value = place?.[0] ?? null
  return value === null ? raw('1') : sql`${column} ${raw(sort[0]!.descending === backward ? '>=' : '<=')} ${value}`
}

/** Of a resource's entries, the one that it is sorted by. */
function firstOfIts(by: SortedParameter, column: string, descending: boolean): Fragment {
  const table = by.table === 'range' ? 'range_entry' : 'string_entry'
  const rest = by.table === 'range' ? ['unit', 'low', 'high'] : ['value', 'exact']
  const own = (alias: string) =>
    [column.replace('k.', `${alias}.`), ...rest.map((name) => `${alias}.${name}`)].join(', ')
  const same = `o.rid = k.rid AND o.param = k.param AND o.grp = 0${by.table === 'range' ? ' AND o.unit = 0' : ''}`
  return raw(
    `NOT EXISTS (SELECT 1 FROM ${table} o WHERE ${same} AND (${own('o')}) ${descending ? '>' : '<'} (${own('k')}))`,
  )
}

function withoutValue(source: Source, by: SortedParameter): Stretch {
  const table = by.table === 'range' ? 'range_entry' : 'string_entry'
  const unit = by.table === 'range' ? ' AND k.unit = 0' : ''
  const param = source.numbers.param(source.type, by.param)
  return {
    from: raw('resource r'),
    key: raw('NULL'),
    read: raw('NULL'),
    where: sql`NOT EXISTS (SELECT 1 FROM ${raw(table)} k WHERE k.rid = r.rid AND k.param = ${param}${raw(unit)} AND k.grp = 0)`,
  }
}

interface Bound {
  index: string | undefined
  tests: Fragment[]
}

/**
 * Where on the index of a range's start (descending: its end) the walk may begin and end, by what is asked of the range.
 * A bound on the other end bounds this one to within a day, save of wide ranges, which come before all others. (Two days
 * leave room for the roundings of a difference: what is beyond them is surely wide.)
 */
function boundsOf(source: Source, param: string, descending: boolean): Bound[] {
  const asked = source.parts.flatMap(({ expression }): readonly Comparison[] => {
    if (expression.kind !== 'range' || expression.param !== param || expression.tests.length !== 1) return []
    const [test] = expression.tests
    return test!.unit === '' ? test!.all : []
  })
  const [own, forward] = descending ? (['high', '<'] as const) : (['low', '>'] as const)
  const tests = asked
    .filter(([end, is]) => end === own || is[0] !== forward)
    .map(([, is, than]) => sql`${raw(`k.${own} ${is}`)} ${than}`)
  const start = asked.find(([end, is]) => end === own && is[0] === forward)
  const across = asked.find(([end, is]) => end !== own && is[0] === forward)
  if (start || !across) return [{ index: undefined, tests }]
  const [end, is, than] = across
  const limit = descending ? than + 2 * WIDE : than - 2 * WIDE
  const index = `INDEXED BY wide_by_${own}`
  const wide = sql`${raw(`k.high - k.low > ${WIDE} AND k.${end} ${is}`)} ${than}`
  return [
    { index, tests: [...tests, wide, sql`${raw(`k.${own} ${descending ? '>=' : '<='}`)} ${limit}`] },
    { index: undefined, tests: [...tests, sql`${raw(`k.${own} ${descending ? '<' : '>'}`)} ${limit}`] },
  ]
}

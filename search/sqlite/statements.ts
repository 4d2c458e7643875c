import { isOfEntries } from '../expression.ts'
import type { Place, SortKey } from '../sort.ts'
import { type Fragment, inTime, limit, raw, sql } from './fragment.ts'
import type { Plan } from './plan.ts'
import { sorted } from './sorted.ts'
import type { Part, Source } from './source.ts'
import { walks } from './walk.ts'

/** Columns of what is found: its `rid`, its id, the `seq` of its version and the bytes of that; keys of a sort follow. */
export type FoundRow = [rid: number, id: string, seq: number, bytes: number, ...keys: (string | number | null)[]]

/** What `FoundRow` has of tables `r` and `v`. */
export const COLUMNS = raw('r.rid, r.id, r.seq, octet_length(v.text)')

/** What is wanted of what is found: in which order, from behind which place on; or backward, from in front of it. */
export interface Listing {
  sort: readonly SortKey[]
  place?: unknown
  backward?: boolean | undefined
}

/** Statements that give, one behind the other, what a source has from a place on: each `count` at the most. */
export function findStatements(
  source: Source,
  { sort, place, backward = false }: Listing,
  plan: Plan,
  count: number,
  columns = COLUMNS,
): Fragment[] {
  const order = { sort, place: place as Place | undefined, backward }
  if (plan.walk) return walks(source, order, columns, count)
  if (sort.length > 0) return [sorted(source, order, plan.driver, columns, count)]
  const { from, where } = source.rowsInOrder('r', plan.driver, place as number | undefined, backward)
  return [sql`SELECT ${columns} FROM ${from} CROSS JOIN version v ON v.seq = r.seq WHERE ${where} ${limit(count)}`]
}

/** The same of the first `looked` resources of the type alone, in the store's own order. */
export function firstOf(
  source: Source,
  after: number | undefined,
  count: number,
  looked: number,
  columns = COLUMNS,
): Fragment {
  const type = source.numbers.type(source.type)
  const first = sql`SELECT rid, id, seq, updated FROM resource
    WHERE type = ${type} AND live = 1 AND rid > ${after ?? -1} ORDER BY rid ${limit(looked)}`
  const tests = source.tests({ rid: 'r.rid', row: 'r' })
  return sql`SELECT ${columns} FROM (${first}) r CROSS JOIN version v ON v.seq = r.seq
    WHERE ${inTime('r.rid')} AND ${tests} ${limit(count)}`
}

/** How many a source has, as the one row and column. */
export function countOf(source: Source, { driver }: Plan): Fragment {
  const [only] = source.parts
  // Entries are there of live resources alone: where they decide, they need not be looked up.
  if (only && source.parts.length === 1 && only === driver && isOfEntries(only.expression)) {
    return sql`SELECT count(*) FROM (${source.rids(only)})`
  }
  const { from, where } = source.rows('r', driver)
  return sql`SELECT count(*) FROM ${from} WHERE ${where}`
}

/**
 * How many a driver gives, counting up to `most`, as the one row. Where it does not come straight from an index, it is
 * not to be found twice: a second column has it, with commas.
 */
export function sizeOf(source: Source, driver: Part, most: number): Fragment {
  const rids = source.rids(driver)
  // What comes straight from an index is over before time must be asked for.
  if (source.inOrder(driver)) return sql`SELECT count(*) FROM (SELECT 1 FROM (${rids}) ${limit(most)})`
  return sql`SELECT count(*), group_concat(rid) FROM (SELECT rid FROM (${rids}) WHERE ${inTime('rid')} ${limit(most)})`
}

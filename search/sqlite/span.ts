import { type Fragment, join, sql } from './fragment.ts'

/** A stretch of `rid`, both ends included. */
export interface Span {
  first: number
  last: number
}

/** Both ends of what each driver gives in the order of `rid`, null where it gives nothing. */
export type SpanRow = (number | null)[]

/**
 * Selects the ends of what several selects give in the order of `rid`: two looks at an index each. What is about one patient
 * was often written at one time, so that of all that has a code little lies among it.
 */
export function spanStatement(inOrder: readonly Fragment[]): Fragment {
  const ends = inOrder.map((rids) => sql`(SELECT min(rid) FROM (${rids})), (SELECT max(rid) FROM (${rids}))`)
  return sql`SELECT ${join(ends, ', ')}`
}

/** Where all drivers of a row may give the same: from the last of their first to the first of their last. */
export function spanOf(row: SpanRow): Span {
  const firsts = row.filter((_, at) => at % 2 === 0).map((first) => first ?? Number.MAX_SAFE_INTEGER)
  const lasts = row.filter((_, at) => at % 2 === 1).map((last) => last ?? -1)
  return { first: Math.max(...firsts), last: Math.min(...lasts) }
}

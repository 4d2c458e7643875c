import { BOUND_LIMIT } from '../../resources/store/sqlite/limit.ts'
import type { SqlValue } from '../../resources/store/sqlite/selection.ts'

/** A piece of SQL and the values of its placeholders, in order. */
export interface Fragment {
  sql: string
  values: SqlValue[]
}

/** Builds a fragment from a template: fragments go in as SQL, all else as placeholders. */
export function sql(strings: TemplateStringsArray, ...parts: (Fragment | SqlValue)[]): Fragment {
  let text = strings[0]!
  const values: SqlValue[] = []
  for (let at = 0; at < parts.length; at++) {
    const part = parts[at]!
    if (typeof part === 'object' && part !== null) {
      text += part.sql
      for (const value of part.values) values.push(value)
    } else {
      text += '?'
      values.push(part)
    }
    text += strings[at + 1]!
  }
  return { sql: text, values }
}

/** SQL that comes from this program's own constants. */
export function raw(text: string): Fragment {
  return { sql: text, values: [] }
}

/**
 * That there is time left (`deadline.ts`), asked for one row in sixty-one: a call from SQL to JavaScript costs as much as
 * looking at the row.
 */
export function inTime(rid: string): Fragment {
  return raw(`(${rid} % 61 OR in_time(${rid}))`)
}

/** That no more than so many rows are wanted. */
export function limit(count: number): Fragment {
  return { sql: `LIMIT ${BOUND_LIMIT}`, values: [count] }
}

/**
 * A list as one placeholder: its items are the rows of `json_each`, in column `value`. So a statement's text does not
 * depend on how many values were asked for.
 */
export function listOf(items: readonly unknown[]): Fragment {
  return sql`json_each(${JSON.stringify(items)})`
}

/** Puts fragments behind each other with `separator` between them. */
export function join(fragments: readonly Fragment[], separator: string): Fragment {
  let text = ''
  const values: SqlValue[] = []
  for (const [at, fragment] of fragments.entries()) {
    text += at === 0 ? fragment.sql : separator + fragment.sql
    for (const value of fragment.values) values.push(value)
  }
  return { sql: text, values }
}

import type { SqlValue } from '../../resources/store/sqlite/selection.ts'

/** A piece of SQL and the values of its placeholders, in order. */
export interface Fragment {
  sql: string
  values: SqlValue[]
}

/** Builds a fragment from a template: fragments go in as SQL, all else as placeholders. */
export function sql(strings: TemplateStringsArray, ...parts: (Fragment | SqlValue)[]): Fragment {
  let text = strings[0] ?? ''
  const values: SqlValue[] = []
  parts.forEach((part, at) => {
    if (typeof part === 'object' && part !== null) {
      text += part.sql
      values.push(...part.values)
    } else {
      text += '?'
      values.push(part)
    }
    text += strings[at + 1] ?? ''
  })
  return { sql: text, values }
}

/** Puts fragments behind each other with `separator` between them. */
export function join(fragments: Fragment[], separator: string): Fragment {
  return {
    sql: fragments.map((fragment) => fragment.sql).join(separator),
    values: fragments.flatMap((fragment) => fragment.values),
  }
}

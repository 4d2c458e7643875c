/** One figure: what was measured, its value, and what it is held against. */
export interface Row {
  what: string
  value: string
  aim: string
}

/** Sets rows out as a table in Markdown. */
export function printTable(rows: readonly Row[]): string {
  const columns: (keyof Row)[] = ['what', 'value', 'aim']
  const width = (column: keyof Row) => Math.max(column.length, ...rows.map((row) => row[column].length))
  const line = (row: Row) => `| ${columns.map((column) => row[column].padEnd(width(column))).join(' | ')} |`
  const rule = `|${columns.map((column) => '-'.repeat(width(column) + 2)).join('|')}|`
  return [line({ what: 'what', value: 'value', aim: 'aim' }), rule, ...rows.map(line)].join('\n')
}

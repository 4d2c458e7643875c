import type { Sheet } from './sheet.ts'

/** What a spreadsheet takes for a formula, also behind spaces. */
const FORMULA = /^\s*[=+\-@\t\r＝＋－＠]/

/** The rows of a sheet as CSV (RFC 4180): a line of names, then a line a row. */
export async function* csvOf<R>({ columns, rows }: Sheet<R>): AsyncGenerator<string, void, undefined> {
  yield line(columns.map(({ name }) => name))
  for await (const row of rows) yield line(columns.map(({ text }) => text(row)))
}

function line(cells: readonly string[]): string {
  return `${cells.map(cell).join(',')}\r\n`
}

/** A cell that a spreadsheet shows and does not run: an apostrophe stands in front of what it would take for a formula. */
export function cell(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text
  return /[",\r\n\t]/.test(harmless) || harmless !== harmless.trim() ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

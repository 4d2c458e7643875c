import { basename } from 'node:path'
import { parse } from 'csv-parse'
import { openBytes, type Reading } from './source.ts'

/** A row of a table: its cells by the names of their columns, and its line. */
export interface Row<Name extends string> {
  line: number
  cells: Readonly<Record<Name, string>>
}

/** What csv-parse says of a line that it leaves out. */
interface Skipped {
  code?: string
  lines?: number
}

/**
 * The rows of a CSV file with a head (UTF-8, quoted by RFC 4180, `.gz` too). Other columns than those asked for may be
 * there. A row of another number of cells is a fault.
 *
 * @throws Error with words for the user when a column is missing
 */
export async function* csvRows<Name extends string>(
  path: string,
  names: readonly Name[],
  reading: Reading,
): AsyncGenerator<Row<Name>> {
  const parser = parse({
    bom: true,
    info: true,
    record_delimiter: ['\r\n', '\n'],
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: 1024 * 1024,
    columns: (head: string[]) => headOf(path, head, names),
    on_skip: (error) => {
      const { code, lines = 0 } = { ...error } as Skipped
      reading.faults.add(path, lines, wordsOf(code))
      return undefined
    },
  })
  const bytes = openBytes(path, reading)
  bytes.on('error', (error) => parser.destroy(error))
  for await (const { record, info } of bytes.pipe(parser) as AsyncIterable<Parsed<Name>>) {
    yield { line: info.lines, cells: record }
  }
}

interface Parsed<Name extends string> {
  record: Record<Name, string>
  info: { lines: number }
}

function headOf(path: string, head: string[], names: readonly string[]): string[] {
  const missing = names.filter((name) => !head.includes(name))
  if (missing.length === 0) return head
  throw new Error(`${basename(path)} has no column ${missing.join(', ')}`)
}

function wordsOf(code: string | undefined): string {
  switch (code) {
    case 'CSV_RECORD_INCONSISTENT_COLUMNS':
    case 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH':
      return 'another number of cells than the head has'
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'a quotation mark that is not closed'
    case 'CSV_MAX_RECORD_SIZE':
      return 'a row of more than a million characters'
    default:
      return 'not readable as CSV'
  }
}

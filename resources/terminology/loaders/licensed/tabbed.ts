import { basename } from 'node:path'
import type { Row } from '../csv.ts'
import { linesOf, type Reading } from '../source.ts'

/**
 * The rows of a file of tabs with a head and no quotation (RF2). A row of another number of cells is a fault.
 *
 * @throws Error with words for the user when a column is missing
 */
export async function* tabbedRows<Name extends string>(
  path: string,
  names: readonly Name[],
  reading: Reading,
): AsyncGenerator<Row<Name>> {
  let head: string[] | undefined
  for await (const { number, text } of linesOf(path, reading)) {
    const cells = text.split('\t')
    if (!head) {
      const missing = names.filter((name) => !cells.includes(name))
      if (missing.length > 0) throw new Error(`${basename(path)} has no column ${missing.join(', ')}`)
      head = cells
    } else if (cells.length !== head.length)
      reading.faults.add(path, number, 'another number of cells than the head has')
    else
      yield {
        line: number,
        cells: Object.fromEntries(head.map((name, at) => [name, cells[at]!])) as Record<Name, string>,
      }
  }
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** The rows of a gzipped CSV table of a folder. */
export function readTable(folder: string, name: string): Record<string, string>[] {
  const [header = '', ...lines] = gunzipSync(readFileSync(join(folder, `${name}.csv.gz`)))
    .toString()
    .trimEnd()
    .split(/\r?\n/)
  const names = header.split(',')
  return lines.map((line) => {
    const cells = line.match(/("([^"]|"")*"|[^,]*)(,|$)/g) ?? []
    const values = cells.map((cell) => cell.replace(/,$/, '').replace(/^"|"$/g, '').replaceAll('""', '"'))
    return Object.fromEntries(names.map((column, index) => [column, values[index] ?? '']))
  })
}

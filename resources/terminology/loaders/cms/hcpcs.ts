import { basename } from 'node:path'
import type { Concept, ConceptProperty } from '../../concept.ts'
import type { Edition } from '../../concept-source.ts'
import { csvRows } from '../csv.ts'
import { isDay } from '../days.ts'
import type { Loader } from '../loader.ts'
import type { Reading } from '../source.ts'
import { HCPCS } from '../systems.ts'

const TABLE = /^hcpcs2\.csv(\.gz)?$/i
const MODIFIERS = /^hcpcs2-modifiers\.csv(\.gz)?$/i

/** A release by its column: `in_2024q3` is that of July 2024. */
const RELEASE = /^in_(\d{4})q([1-4])$/

/** Properties, and the columns that they come from. */
const CELLS = { 'action-code': 'action', coverage: 'coverage', betos: 'betos' } as const

/** HCPCS Level II with its modifiers. */
export const hcpcs: Loader = {
  kind: 'hcpcs',
  files: 'the tables hcpcs2.csv and hcpcs2-modifiers.csv',
  takes: (name) => TABLE.test(name) || MODIFIERS.test(name),
  async load(paths, { version }, _held, reading) {
    const table = paths.find((path) => TABLE.test(basename(path)))
    if (table === undefined) throw new Error('There is no hcpcs2.csv among the files')
    const tally = { undescribed: 0, release: '' }
    const concepts: Concept[] = []
    for await (const concept of codes(table, tally, reading)) concepts.push(concept)
    for (const path of paths.filter((one) => MODIFIERS.test(basename(one)))) {
      for await (const concept of modifiers(path, reading)) concepts.push(concept)
    }
    return {
      editions: [{ edition: editionOf(version ?? tally.release), concepts }],
      definitions: [],
      words: [
        `made of ${paths.map((path) => basename(path)).join(', ')}`,
        ...(tally.undescribed > 0 ? [`${tally.undescribed} codes have no description in the table`] : []),
      ],
    }
  },
}

async function* codes(
  path: string,
  tally: { undescribed: number; release: string },
  reading: Reading,
): AsyncGenerator<Concept> {
  const columns = ['code', 'description', 'added', 'terminated', 'action_date', 'action', 'coverage', 'betos'] as const
  for await (const { line, cells } of csvRows(path, columns, reading)) {
    const { code, description, added, terminated } = cells
    const releases = Object.keys(cells)
      .filter((name) => RELEASE.test(name))
      .sort()
    tally.release = releases.at(-1)?.slice(3) ?? ''
    const days = [added, terminated, cells.action_date].filter((day) => day !== '')
    if (!/^[A-Z]\d{4}$/.test(code) || days.some((day) => !isDay(day))) {
      reading.faults.add(path, line, 'no code of HCPCS Level II, or no days')
      continue
    }
    if (description === '') tally.undescribed++
    const from = added || notBefore(cells, releases)
    yield {
      code,
      display: description || code,
      properties: propertiesOf(cells),
      ...(from === undefined ? {} : { from }),
      ...(terminated === '' ? {} : { to: terminated }),
    }
  }
}

/** The day after the last release that a code of unknown date is not in; undefined where it is in the first. */
function notBefore(cells: Readonly<Record<string, string>>, releases: readonly string[]): string | undefined {
  const first = releases.findIndex((name) => cells[name] === '1')
  const without = releases[first - 1]
  if (without === undefined) return undefined
  const [, year, quarter] = RELEASE.exec(without)!
  return `${year}-${String(Number(quarter) * 3 - 2).padStart(2, '0')}-02`
}

function propertiesOf(cells: Readonly<Record<string, string>>): ConceptProperty[] {
  const found: ConceptProperty[] = [{ code: 'kind', type: 'code', value: 'code' }]
  if (!cells.description) found.push({ code: 'untitled', type: 'boolean', value: true })
  for (const [code, column] of Object.entries(CELLS)) {
    if (cells[column]) found.push({ code, type: 'code', value: cells[column] })
  }
  for (const [code, column] of [
    ['effectiveDate', 'added'],
    ['endDate', 'terminated'],
    ['action-date', 'action_date'],
  ] as const) {
    if (cells[column]) found.push({ code, type: 'dateTime', value: cells[column] })
  }
  return found
}

async function* modifiers(path: string, reading: Reading): AsyncGenerator<Concept> {
  for await (const { line, cells } of csvRows(path, ['code', 'description'], reading)) {
    const { code, description } = cells
    if (/^[A-Z0-9]{2}$/.test(code) && description !== '')
      yield { code, display: description, properties: [{ code: 'kind', type: 'code', value: 'modifier' }] }
    else reading.faults.add(path, line, 'no modifier, or no description')
  }
}

function editionOf(version: string): Edition {
  return {
    system: HCPCS,
    version,
    name: 'HCPCS',
    title: 'Healthcare Common Procedure Coding System, Level II',
    content: 'complete',
    caseSensitive: false,
    properties: [
      { code: 'kind', type: 'code', description: 'code or modifier' },
      { code: 'untitled', type: 'boolean', description: 'What was loaded has no description of it' },
      { code: 'action-code', type: 'code', description: 'What the last action did to it (CMS action code)' },
      { code: 'action-date', type: 'dateTime', description: 'Day of the last action' },
      { code: 'coverage', type: 'code', description: 'CMS coverage code' },
      { code: 'betos', type: 'code', description: 'Berenson-Eggers type of service' },
      { code: 'effectiveDate', type: 'dateTime', description: 'Day on which it was added' },
      { code: 'endDate', type: 'dateTime', description: 'Last day on which it may be used' },
    ],
    copyright: 'HCPCS Level II is by CMS of the US government, CPT (Level I) not in it.',
  }
}

import { basename } from 'node:path'
import type { Concept, ConceptProperty } from '../../concept.ts'
import type { Edition } from '../../concept-source.ts'
import { csvRows } from '../csv.ts'
import { dayBefore, fiscalStart, yearOfGrouper } from '../days.ts'
import type { Loader } from '../loader.ts'
import type { Reading } from '../source.ts'
import { joined } from '../stretches.ts'
import { MDC, MSDRG } from '../systems.ts'

const DRGS = /^msdrg\.csv(\.gz)?$/i
const MDCS = /^mdc\.csv(\.gz)?$/i

type Cells = Readonly<Record<string, string>>

/** A version of the grouper: `in_v43_1` is 43.1, of FY2026. */
interface Version {
  version: string
  year: number
  column: string
}

/** MS-DRG as one dated edition of the grouper's versions, and the MDCs. */
export const msdrg: Loader = {
  kind: 'ms-drg',
  files: 'the tables msdrg.csv and mdc.csv',
  takes: (name) => DRGS.test(name) || MDCS.test(name),
  async load(paths, _asked, _held, reading) {
    const drgs = paths.find((path) => DRGS.test(basename(path)))
    const mdcs = paths.find((path) => MDCS.test(basename(path)))
    if (drgs === undefined) throw new Error('There is no msdrg.csv among the files')
    const rows: Cells[] = []
    for await (const { line, cells } of csvRows(drgs, ['drg', 'mdc', 'type', 'title'], reading)) {
      if (/^\d{3}$/.test(cells.drg) && cells.title !== '') rows.push(cells)
      else reading.faults.add(drgs, line, 'no DRG, or no title')
    }
    const versions = versionsOf(rows[0] ?? {})
    const last = versions.at(-1)
    if (!last) throw new Error(`${basename(drgs)} has no column such as in_v44`)
    const edition = editionOf(versions)
    const unweighted = rows.filter((row) => row[last.column] === '1' && !row[`weight_fy${last.year}`]).length
    return {
      editions: [
        { edition, concepts: rows.flatMap((row) => records(row, versions)) },
        ...(mdcs === undefined ? [] : [{ edition: mdcEdition(last.version), concepts: mdcConcepts(mdcs, reading) }]),
      ],
      definitions: [],
      words: [
        `made of ${paths.map((path) => basename(path)).join(', ')}`,
        ...versions.map(
          ({ version, column }) => `version ${version}: ${rows.filter((row) => row[column] === '1').length} DRGs`,
        ),
        ...(unweighted > 0 ? [`${unweighted} DRGs of version ${last.version} have no weight in the table`] : []),
      ],
    }
  },
}

function versionsOf(row: Cells): Version[] {
  const found: Version[] = []
  for (const column of Object.keys(row)) {
    const match = /^in_v(\d+)(?:_(\d+))?$/.exec(column)
    if (!match) continue
    const version = match[2] === undefined ? match[1]! : `${match[1]}.${match[2]}`
    found.push({ version, year: yearOfGrouper(Number(version)), column })
  }
  return found.sort((one, other) => one.year - other.year)
}

function records(row: Cells, versions: readonly Version[]): Concept[] {
  const found: Concept[] = []
  for (const [at, { column, year }] of versions.entries()) {
    if (row[column] !== '1') continue
    const next = versions[at + 1]
    const earlier = row[`title_${column.slice(3)}_if_different`]
    found.push({
      code: row.drg!,
      display: earlier || row.title!,
      properties: propertiesOf(row, year),
      from: fiscalStart(year),
      ...(next ? { to: dayBefore(fiscalStart(next.year)) } : {}),
    })
  }
  return joined(found)
}

function propertiesOf(row: Cells, year: number): ConceptProperty[] {
  const found: ConceptProperty[] = []
  if (row.mdc) found.push({ code: 'mdc', type: 'code', value: row.mdc })
  if (row.type) found.push({ code: 'type', type: 'code', value: row.type })
  for (const [code, column] of [
    ['weight', 'weight'],
    ['gmlos', 'gmlos'],
    ['amlos', 'amlos'],
  ] as const) {
    const cell = row[`${column}_fy${year}`]
    if (cell) found.push({ code, type: 'decimal', value: Number(cell) })
  }
  for (const [code, column] of [
    ['post-acute', 'post_acute'],
    ['special-pay', 'special_pay'],
  ] as const) {
    const cell = row[`${column}_fy${year}`]
    if (cell) found.push({ code, type: 'boolean', value: cell === 'Y' })
  }
  return found
}

function editionOf(versions: readonly Version[]): Edition {
  const periods = versions.map(({ version, year }, at) => {
    const next = versions[at + 1]
    return { version, from: fiscalStart(year), ...(next ? { to: dayBefore(fiscalStart(next.year)) } : {}) }
  })
  return {
    system: MSDRG,
    version: undefined,
    name: 'MSDRG',
    title: 'Medicare Severity Diagnosis Related Groups',
    content: 'complete',
    caseSensitive: true,
    periods,
    properties: [
      { code: 'mdc', type: 'code', description: 'Major diagnostic category' },
      { code: 'type', type: 'code', description: 'medical or surgical' },
      { code: 'weight', type: 'decimal', description: 'Relative weight of the fiscal year' },
      { code: 'gmlos', type: 'decimal', description: 'Geometric mean length of stay, days' },
      { code: 'amlos', type: 'decimal', description: 'Arithmetic mean length of stay, days' },
      { code: 'post-acute', type: 'boolean', description: 'Under the post-acute care transfer policy' },
      { code: 'special-pay', type: 'boolean', description: 'With special pay under that policy' },
    ],
    copyright: 'MS-DRG is by CMS of the US government.',
  }
}

function mdcEdition(version: string): Edition {
  return {
    system: MDC,
    version,
    name: 'MDC',
    title: 'Major Diagnostic Categories',
    content: 'complete',
    caseSensitive: true,
  }
}

async function* mdcConcepts(path: string, reading: Reading): AsyncGenerator<Concept> {
  for await (const { line, cells } of csvRows(path, ['mdc', 'title'], reading)) {
    if (cells.mdc !== '' && cells.title !== '') yield { code: cells.mdc, display: cells.title }
    else reading.faults.add(path, line, 'no MDC, or no title')
  }
}

import { basename } from 'node:path'
import type { Concept, ConceptProperty } from '../../concept.ts'
import type { ConceptSource, Edition } from '../../concept-source.ts'
import { csvRows } from '../csv.ts'
import { dayAfter, dayBefore, fiscalStart, fiscalYear } from '../days.ts'
import { merged } from '../icd10cm/merge.ts'
import { covers, type Days, daysOf, editTable } from '../icd10cm/tables.ts'
import { orderEntry } from '../icd10cm/years.ts'
import type { Asked, Definition, Loader } from '../loader.ts'
import { fiscalPeriods } from '../periods.ts'
import { linesOf, type Reading } from '../source.ts'
import { joined } from '../stretches.ts'
import { DESIGNATION_USE, ICD10PCS } from '../systems.ts'
import { byProperty } from '../value-sets.ts'

const TABLE = /^icd10pcs\.csv(\.gz)?$/i
const ORDER = /^icd10pcs[-_]?order.*?(\d{4}).*\.txt(\.gz)?$/i
const EDITS = /^mce-v\d+\.csv/i

const CODE = /^[0-9A-HJ-NP-Z]{7}$/

type Edits = ReadonlyMap<string, readonly (Days & { edit: string })[]>

/** A code while the files are read. */
interface Listed extends Days {
  code: string
  title: string
  billable: boolean
  short?: string
}

/** ICD-10-PCS: one dated edition of the table with its days, or the edition of a year of the official order file. */
export const icd10pcs: Loader = {
  kind: 'icd-10-pcs',
  files: 'icd10pcs_order_YYYY.txt of CMS; or the table icd10pcs.csv, with mce-vNN.csv',
  takes: (name) => TABLE.test(name) || ORDER.test(name) || EDITS.test(name),
  async load(paths, asked, heldOf, reading) {
    const lists = paths.filter((path) => !EDITS.test(basename(path)))
    const [list] = lists
    if (list === undefined || lists.length > 1)
      throw new Error('Name one list of codes: icd10pcs_order_YYYY.txt, or icd10pcs.csv')
    const tables = paths.filter((path) => EDITS.test(basename(path)))
    const edits: Edits = tables[0] ? await editTable(tables[0], 'px', reading) : new Map()
    const isOrder = ORDER.test(basename(list))
    const listed = isOrder ? await orderCodes(list, asked, reading) : await tableCodes(list, reading)
    // The table has all days of its codes; an order file has those of its year alone.
    const held = isOrder ? await heldOf(ICD10PCS) : undefined
    const periods = withHeld(periodsOf(listed, isOrder, asked), held)
    const edition = editionOf(periods)
    const version = periods.at(-1)!.version
    const fresh = concepts(listed, edits)
    const told = new Set([
      'billable',
      'untitled',
      'effectiveDate',
      'endDate',
      ...(tables[0] ? ['mce-edit', 'sex'] : []),
    ])
    const untitled = listed.filter(({ title }) => title === '').length
    return {
      editions: [
        { edition, concepts: held ? merged(held.all(), fresh, periods.at(-1)!.from, { told, hasTree: true }) : fresh },
      ],
      definitions: definitionsOf(version, edits),
      words: [
        `made of ${paths.map((path) => basename(path)).join(', ')}`,
        `${listed.filter(({ billable, to }) => billable && to === undefined).length} codes of ${version}`,
        ...(untitled > 0 ? [`${untitled} codes have no title in the table`] : []),
      ],
    }
  },
}

async function tableCodes(path: string, reading: Reading): Promise<Listed[]> {
  const listed: Listed[] = []
  for await (const { line, cells } of csvRows(path, ['code', 'long', 'valid_from', 'valid_to'], reading)) {
    const days = daysOf(cells.valid_from, cells.valid_to)
    if (CODE.test(cells.code) && days) listed.push({ code: cells.code, title: cells.long, billable: true, ...days })
    else reading.faults.add(path, line, 'no code of ICD-10-PCS, or no days')
  }
  return listed.sort(byCode)
}

async function orderCodes(path: string, { from }: Asked, reading: Reading): Promise<Listed[]> {
  const start = from ?? fiscalStart(Number(ORDER.exec(basename(path))?.[1]))
  const listed: Listed[] = []
  for await (const { number, text } of linesOf(path, reading)) {
    const entry = orderEntry(text)
    if (!entry || !(entry.billable ? CODE.test(entry.code) : entry.code.length < 7))
      reading.faults.add(path, number, 'no code in its columns')
    else listed.push({ ...entry, from: start })
  }
  return listed.sort(byCode)
}

function byCode(one: Listed, other: Listed): number {
  if (one.code !== other.code) return one.code < other.code ? -1 : 1
  return one.from < other.from ? -1 : 1
}

function periodsOf(
  listed: readonly Listed[],
  isOrder: boolean,
  { version, from }: Asked,
): NonNullable<Edition['periods']> {
  const starts = listed.map((code) => code.from).sort()
  const ends = listed.flatMap(({ to }) => (to === undefined ? [] : [to])).sort()
  const last = starts.at(-1) ?? from ?? '2015-10-01'
  if (isOrder) return [{ version: version ?? `FY${fiscalYear(last)}`, from: last }]
  return fiscalPeriods(ends[0] ?? last, last)
}

/** The periods that are held before the first one, the last of them ended. */
function withHeld(
  periods: NonNullable<Edition['periods']>,
  held: ConceptSource | undefined,
): NonNullable<Edition['periods']> {
  const first = periods[0]!
  const later = held?.edition.periods?.find(({ from }) => from > first.from)
  if (later)
    throw new Error(`${later.version} is held, which is later: remove the edition before (codes remove ${ICD10PCS})`)
  const before = (held?.edition.periods ?? []).filter(
    ({ from, version }) => from < first.from && version !== first.version,
  )
  return [...before.map(({ version, from, to }) => ({ version, from, to: to ?? dayBefore(first.from) })), ...periods]
}

function* concepts(listed: readonly Listed[], edits: Edits): Generator<Concept> {
  const tables = new Set(listed.filter(({ billable }) => !billable).map(({ code }) => code))
  for (const code of listed) {
    const parent = tables.has(code.code.slice(0, 3)) && code.billable ? code.code.slice(0, 3) : undefined
    yield* stretchesOf(code, edits.get(code.code) ?? [], parent)
  }
}

/** A record for each stretch in which the same edits hold. */
function stretchesOf(code: Listed, edits: readonly (Days & { edit: string })[], parent: string | undefined): Concept[] {
  const turns = edits.flatMap(({ from, to }) => (to === undefined ? [from] : [from, dayAfter(to)]))
  const inside = turns.filter((day) => day > code.from && (code.to === undefined || day <= code.to))
  const starts = [...new Set([code.from, ...inside])].sort()
  return joined(
    starts.map((from, at) => {
      const next = starts[at + 1]
      const to = next === undefined ? code.to : dayBefore(next)
      const holding = edits.filter((edit) => covers(edit, from))
      return record(
        code,
        { from, ...(to === undefined ? {} : { to }) },
        holding.map(({ edit }) => edit),
        parent,
      )
    }),
  )
}

function record(
  { code, title, short, billable, from, to }: Listed,
  days: Days,
  edits: readonly string[],
  parent?: string,
): Concept {
  const properties: ConceptProperty[] = [
    { code: 'billable', type: 'boolean', value: billable },
    ...(title === '' ? [{ code: 'untitled', type: 'boolean', value: true } as const] : []),
    ...edits.map(
      (edit): ConceptProperty =>
        edit.startsWith('sex-')
          ? { code: 'sex', type: 'code', value: edit.slice(4) }
          : { code: 'mce-edit', type: 'code', value: edit },
    ),
    { code: 'effectiveDate', type: 'dateTime', value: from },
    ...(to === undefined ? [] : [{ code: 'endDate', type: 'dateTime', value: to } as const]),
  ]
  return {
    code,
    display: title === '' ? code : title,
    ...(short && short !== title
      ? { designations: [{ value: short, language: 'en', use: { system: DESIGNATION_USE, code: 'short-title' } }] }
      : {}),
    properties,
    ...(parent === undefined ? {} : { parents: [parent] }),
    ...days,
    ...(billable ? {} : { abstract: true }),
  }
}

function editionOf(periods: NonNullable<Edition['periods']>): Edition {
  return {
    system: ICD10PCS,
    version: undefined,
    name: 'ICD10PCS',
    title: 'International Classification of Diseases, 10th Revision, Procedure Coding System',
    content: 'complete',
    caseSensitive: false,
    periods,
    properties: [
      { code: 'billable', type: 'boolean', description: 'Whether it is valid on a claim' },
      { code: 'untitled', type: 'boolean', description: 'What was loaded has no title of it' },
      { code: 'mce-edit', type: 'code', description: 'List of the Medicare Code Editor that it is on' },
      {
        code: 'sex',
        type: 'code',
        description: 'Sex that it is for (Medicare Code Editor; CMS switched it off on 2024-10-01)',
      },
      { code: 'effectiveDate', type: 'dateTime', description: 'First day on which it is valid' },
      { code: 'endDate', type: 'dateTime', description: 'Last such day' },
    ],
    copyright: 'ICD-10-PCS is by CMS of the US government.',
  }
}

function definitionsOf(version: string, edits: Edits): Definition[] {
  const all = [...new Set([...edits.values()].flat().map(({ edit }) => edit))].sort()
  return all.map((edit) =>
    byProperty({
      id: `mce-px-${edit.replace(/[^A-Za-z0-9]+/g, '-')}`,
      title: `Medicare Code Editor, procedures: ${edit}`,
      version,
      system: ICD10PCS,
      property: edit.startsWith('sex-') ? 'sex' : 'mce-edit',
      value: edit.startsWith('sex-') ? edit.slice(4) : edit,
    }),
  )
}

import { csvRows } from '../csv.ts'
import { fiscalStart, isDay, yearOfGrouper } from '../days.ts'
import type { Reading } from '../source.ts'

/** A stretch of days, both included; without an end it goes on. */
export interface Days {
  from: string
  to?: string
}

/** What tables say of codes, besides the lists of the years. By code each. */
export interface Tables {
  /** When a code was billable. */
  billable?: ReadonlyMap<string, readonly Days[]>
  /** Titles that codes had before a day. */
  earlierTitles?: ReadonlyMap<string, readonly { before: string; title: string }[]>
  complications?: ReadonlyMap<string, Complication>
  hcc?: ReadonlyMap<string, Readonly<Record<HccColumn, readonly string[]>>>
  /** Edits of the Medicare Code Editor on diagnoses. */
  edits?: ReadonlyMap<string, readonly (Days & { edit: string })[]>
  ageGroups?: ReadonlyMap<string, readonly (Days & { least: number; most: number })[]>
  poa?: PoaTable
  mdc?: ReadonlyMap<string, string>
}

/** Whether a code counts as complication, by fiscal year. */
export interface Complication {
  levels: ReadonlyMap<number, string>
  /** Group of principal diagnoses with which it does not count. */
  exclusionGroup?: string
  /** Number of the hospital-acquired condition. */
  hac?: string
}

/** Codes that need no present-on-admission indicator in the newest year of the table. */
export interface PoaTable {
  exempt: ReadonlySet<string>
  /** First day of that year: of codes that are newer nothing is known. */
  asOf: string
}

/** A column of the table of HCCs, and the property that it becomes. */
export const HCC_COLUMNS = {
  v24_2026file: 'hcc-v24',
  v28_2026file: 'hcc-v28',
  v28_2027file: 'hcc-v28-py2027',
} as const

export type HccColumn = keyof typeof HCC_COLUMNS

/** Since when and until when codes are billable (`icd10cm-validity.csv.gz`). */
export async function validityTable(path: string, reading: Reading): Promise<Map<string, Days[]>> {
  const found = new Map<string, Days[]>()
  for await (const { line, cells } of csvRows(path, ['code', 'valid_from', 'valid_to'], reading)) {
    const days = daysOf(cells.valid_from, cells.valid_to)
    if (days) push(found, cells.code, days)
    else reading.faults.add(path, line, `${cells.code}: no days`)
  }
  return found
}

/** Titles before the changes (`icd10cm-changes-2025-2027.csv.gz`). */
export async function changesTable(
  path: string,
  reading: Reading,
): Promise<Map<string, { before: string; title: string }[]>> {
  const found = new Map<string, { before: string; title: string }[]>()
  for await (const { line, cells } of csvRows(path, ['effective', 'code', 'long_before'], reading)) {
    if (!isDay(cells.effective)) reading.faults.add(path, line, `${cells.code}: no day`)
    else if (cells.long_before !== '') push(found, cells.code, { before: cells.effective, title: cells.long_before })
  }
  for (const titles of found.values()) titles.sort((one, other) => (one.before < other.before ? -1 : 1))
  return found
}

/** CC and MCC by the version of the grouper (columns `level_v43_1`, `level_v44`: `cc-mcc.csv.gz`). */
export async function complicationTable(path: string, reading: Reading): Promise<Map<string, Complication>> {
  const found = new Map<string, Complication>()
  for await (const { line, cells } of csvRows(path, ['code'], reading)) {
    const all = cells as Readonly<Record<string, string>>
    const levels = new Map<number, string>()
    for (const [name, level] of Object.entries(all)) {
      const version = /^level_v(\d+)(?:_\d+)?$/.exec(name)?.[1]
      if (version === undefined || level === '') continue
      if (level === 'CC' || level === 'MCC') levels.set(yearOfGrouper(Number(version)), level)
      else reading.faults.add(path, line, `${cells.code}: neither CC nor MCC`)
    }
    const { pdx_exclusion_group: exclusionGroup, hac } = all
    found.set(cells.code, { levels, ...(exclusionGroup ? { exclusionGroup } : {}), ...(hac ? { hac } : {}) })
  }
  return found
}

/** HCCs of a diagnosis, by model and payment year (`hcc-dx.csv.gz`). */
export async function hccTable(
  path: string,
  reading: Reading,
): Promise<Map<string, Record<HccColumn, readonly string[]>>> {
  const found = new Map<string, Record<HccColumn, readonly string[]>>()
  const columns = ['code', 'v24_2026file', 'v28_2026file', 'v28_2027file'] as const
  for await (const { line, cells } of csvRows(path, columns, reading)) {
    const { code, ...files } = cells
    if (found.has(code)) reading.faults.add(path, line, `${code} for the second time`)
    const split = (column: HccColumn) => (files[column] === '' ? [] : files[column].split(' '))
    found.set(code, {
      v24_2026file: split('v24_2026file'),
      v28_2026file: split('v28_2026file'),
      v28_2027file: split('v28_2027file'),
    })
  }
  return found
}

/** Edits of the Medicare Code Editor (`mce-v44.csv.gz`), those on diagnoses or those on procedures. */
export async function editTable(
  path: string,
  type: 'dx' | 'px',
  reading: Reading,
): Promise<Map<string, (Days & { edit: string })[]>> {
  const found = new Map<string, (Days & { edit: string })[]>()
  const columns = ['edit', 'code_type', 'code', 'valid_from', 'valid_to'] as const
  for await (const { line, cells } of csvRows(path, columns, reading)) {
    const days = daysOf(cells.valid_from, cells.valid_to)
    if (!days || !['dx', 'px'].includes(cells.code_type))
      reading.faults.add(path, line, `${cells.code}: no days, or neither dx nor px`)
    else if (cells.code_type === type) push(found, cells.code, { edit: cells.edit, ...days })
  }
  return found
}

/** Ages of the groups of the Medicare Code Editor, in years (`mce-age-groups.csv.gz`). */
export async function ageTable(
  path: string,
  reading: Reading,
): Promise<Map<string, (Days & { least: number; most: number })[]>> {
  const found = new Map<string, (Days & { least: number; most: number })[]>()
  const columns = ['group', 'age_from', 'age_to', 'valid_from', 'valid_to'] as const
  for await (const { line, cells } of csvRows(path, columns, reading)) {
    const days = daysOf(cells.valid_from, cells.valid_to)
    const [least, most] = [Number(cells.age_from), Number(cells.age_to)]
    if (days && Number.isInteger(least) && Number.isInteger(most) && least <= most)
      push(found, cells.group, { least, most, ...days })
    else reading.faults.add(path, line, `${cells.group}: no ages, or no days`)
  }
  return found
}

/** Codes exempt from the present-on-admission indicator, a column a year (`fy2022`: `poa-exempt.csv.gz`); the newest counts. */
export async function poaTable(path: string, reading: Reading): Promise<PoaTable> {
  const exempt = new Set<string>()
  let year = ''
  for await (const { cells } of csvRows(path, ['code'], reading)) {
    const all = cells as Readonly<Record<string, string>>
    if (year === '')
      year =
        Object.keys(all)
          .filter((name) => /^fy\d{4}$/.test(name))
          .sort()
          .at(-1) ?? ''
    if (year === '') throw new Error(`${path} has no column such as fy2022`)
    if (all[year] === '1') exempt.add(cells.code)
  }
  return { exempt, asOf: fiscalStart(Number(year.slice(2))) }
}

/** The major diagnostic category of each code as principal diagnosis (`dx-mdc-v44.csv.gz`). */
export async function mdcTable(path: string, reading: Reading): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for await (const { cells } of csvRows(path, ['code', 'mdc'], reading)) {
    if (cells.mdc !== '') found.set(cells.code, cells.mdc)
  }
  return found
}

/** Whether a stretch holds on a day. */
export function covers({ from, to }: Days, day: string): boolean {
  return from <= day && (to === undefined || day <= to)
}

/** A stretch of two cells; the second may be empty. Undefined for what are no days. */
export function daysOf(from: string, to: string): Days | undefined {
  if (!isDay(from) || (to !== '' && (!isDay(to) || to < from))) return undefined
  return to === '' ? { from } : { from, to }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

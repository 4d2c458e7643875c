import { basename } from 'node:path'
import { fiscalStart, fiscalYear } from '../days.ts'
import type { Asked } from '../loader.ts'
import type { Reading } from '../source.ts'
import type { Sources } from './history.ts'
import type { TabularList } from './notes.ts'
import {
  ageTable,
  changesTable,
  complicationTable,
  editTable,
  hccTable,
  mdcTable,
  poaTable,
  type Tables,
  validityTable,
} from './tables.ts'
import { tabularLines } from './tabular-lines.ts'
import { tabularXml } from './tabular-xml.ts'
import type { Year, YearCode } from './year-code.ts'
import { orderFileCodes, tableCodes } from './years.ts'

const ORDER = /^icd10cm[-_]?order.*?(\d{4}).*\.txt(\.gz)?$/i
const TABLE = /^icd10cm-(\d{4})\.csv(\.gz)?$/i
const XML = /^icd10cm[-_]?tabular.*\.xml(\.gz)?$/i
const LINES = /^icd10cm-tabular-(\d{4})\.jsonl(\.gz)?$/i

/** Tables by the names of their files. */
const TABLES: readonly { name: RegExp; read(path: string, reading: Reading): Promise<Tables> }[] = [
  {
    name: /^icd10cm-validity\.csv/i,
    read: async (path, reading) => ({ billable: await validityTable(path, reading) }),
  },
  {
    name: /^icd10cm-changes.*\.csv/i,
    read: async (path, reading) => ({ earlierTitles: await changesTable(path, reading) }),
  },
  { name: /^cc-mcc\.csv/i, read: async (path, reading) => ({ complications: await complicationTable(path, reading) }) },
  { name: /^hcc-dx\.csv/i, read: async (path, reading) => ({ hcc: await hccTable(path, reading) }) },
  { name: /^mce-v\d+\.csv/i, read: async (path, reading) => ({ edits: await editTable(path, 'dx', reading) }) },
  { name: /^mce-age-groups\.csv/i, read: async (path, reading) => ({ ageGroups: await ageTable(path, reading) }) },
  { name: /^poa-exempt\.csv/i, read: async (path, reading) => ({ poa: await poaTable(path, reading) }) },
  { name: /^dx-mdc-v\d+\.csv/i, read: async (path, reading) => ({ mdc: await mdcTable(path, reading) }) },
]

/** Whether a file of this name says something of ICD-10-CM. */
export function isOfIcd10cm(name: string): boolean {
  return [ORDER, TABLE, XML, LINES, ...TABLES.map((table) => table.name)].some((form) => form.test(name))
}

/**
 * Reads all files. A year's name and first day come from the name of its file (`icd10cm_order_2028.txt`: FY2028, from
 * 2027-10-01; with `April` in it from 2028-04-01), unless they are told.
 *
 * @throws Error with words for the user
 */
export async function readSources(paths: readonly string[], asked: Asked, reading: Reading): Promise<Sources> {
  const years: Year[] = []
  let tables: Tables = {}
  for (const path of paths) {
    const year = await readYear(path, reading)
    if (year) years.push(year)
    const table = TABLES.find(({ name }) => name.test(basename(path)))
    if (table) tables = { ...tables, ...(await table.read(path, reading)) }
  }
  const named = withAsked(years, asked)
  const tabular = await readTabular(paths, named, reading)
  if (!tabular) return { years: named, tables }
  for (const { codes } of named) for (const code of codes.values()) place(code, tabular)
  return { years: named, tables, tabular }
}

/** Puts in chapter, block and what is above a category, where the list does not tell them (order files do not). */
function place(code: YearCode, { entries }: TabularList): void {
  const category = code.code.slice(0, 3)
  const block = entries.get(entries.get(category)?.parent ?? '')
  if (block?.kind !== 'block') return
  code.block ??= block.code
  if (block.parent !== undefined) code.chapter ??= block.parent
  if (code.code === category) code.parent ??= block.code
}

async function readYear(path: string, reading: Reading): Promise<Year | undefined> {
  const name = basename(path)
  const year = Number((ORDER.exec(name) ?? TABLE.exec(name))?.[1])
  if (Number.isNaN(year)) return undefined
  const codes = await (ORDER.test(name) ? orderFileCodes(path, reading) : tableCodes(path, reading))
  const from = /apr/i.test(name) ? `${year}-04-01` : fiscalStart(year)
  return { version: `FY${year}`, from, codes }
}

function withAsked(years: readonly Year[], { version, from }: Asked): Year[] {
  if (years.length === 0) {
    throw new Error('There is no list of codes among the files: icd10cm_order_YYYY.txt, or icd10cm-YYYY.csv')
  }
  if ((version !== undefined || from !== undefined) && years.length > 1) {
    throw new Error('--version and --from are for one year; there are several among the files')
  }
  const named = years.map((year) => ({
    ...year,
    from: from ?? year.from,
    version: version ?? (from === undefined ? year.version : `FY${fiscalYear(from)}`),
  }))
  named.sort((one, other) => (one.from < other.from ? -1 : 1))
  const twice = named.find(({ from: day }, at) => named[at + 1]?.from === day)
  if (twice) throw new Error(`There are two lists of codes from ${twice.from} on`)
  return named
}

async function readTabular(
  paths: readonly string[],
  years: readonly Year[],
  reading: Reading,
): Promise<TabularList | undefined> {
  const found = paths.filter((path) => XML.test(basename(path)) || LINES.test(basename(path)))
  if (found.length > 1)
    throw new Error(`Name one tabular list alone: ${found.map((path) => basename(path)).join(', ')}`)
  const [path] = found
  if (path === undefined) return undefined
  const of = LINES.exec(basename(path))?.[1]
  if (of !== undefined) return { version: `FY${of}`, entries: await tabularLines(path, reading), leftOut: new Map() }
  const { entries, leftOut, year } = await tabularXml(path, reading)
  const version = years.find((one) => one.version === `FY${year}`)?.version ?? years.at(-1)!.version
  return { version, entries, leftOut }
}

import { csvRows } from '../csv.ts'
import { linesOf, type Reading } from '../source.ts'
import { bare, CODE, dotted, nearestAbove, type YearCode } from './year-code.ts'

/** Codes that a list may have; the real one has a hundred thousand. */
const MOST = 500_000

/** The codes of an official order file, `icd10cm_order_YYYY.txt` (columns: number, code, flag, short, long title). */
export async function orderFileCodes(path: string, reading: Reading): Promise<Map<string, YearCode>> {
  const codes = new Map<string, YearCode>()
  for await (const { number, text } of linesOf(path, reading)) {
    const entry = orderEntry(text)
    const code = entry && dotted(entry.code)
    if (!code || !CODE.test(code)) reading.faults.add(path, number, 'no code in its columns')
    else if (codes.has(code)) reading.faults.add(path, number, `${code} for the second time`)
    else codes.set(code, shortened({ code, billable: entry.billable, short: entry.short, title: entry.title }))
    if (codes.size > MOST) throw new Error(`${path} has more than ${MOST} codes`)
  }
  for (const code of codes.values()) {
    const parent = nearestAbove(code.code, (above) => codes.has(above))
    if (parent !== undefined) code.parent = parent
  }
  return codes
}

/** A line of an order file: number in 1-5, code in 7-13, 1 for billable in 15, short title in 17-76, long one from 78 on. */
export function orderEntry(
  text: string,
): { code: string; billable: boolean; short: string; title: string } | undefined {
  if (!/^\d{5} \S{3,7} *[01] /.test(text) || !/[01]/.test(text[14] ?? '')) return undefined
  const title = text.slice(77).trim()
  const short = text.slice(16, 76).trim()
  const code = text.slice(6, 13).trim()
  if ((title === '' && short === '') || code === '') return undefined
  return { code, billable: text[14] === '1', short, title: title || short }
}

/** The codes of a table (`icd10cm-2026.csv.gz`). */
export async function tableCodes(path: string, reading: Reading): Promise<Map<string, YearCode>> {
  const codes = new Map<string, YearCode>()
  const columns = ['code', 'billable', 'short', 'long', 'parent', 'chapter', 'block'] as const
  for await (const { line, cells } of csvRows(path, columns, reading)) {
    const { code, billable, short, long: title, parent, chapter, block } = cells
    if (!CODE.test(code)) reading.faults.add(path, line, 'no code of ICD-10-CM')
    else if (title === '' || !/^[01]$/.test(billable))
      reading.faults.add(path, line, `${code}: no title, or not 0 or 1`)
    else if (codes.has(code)) reading.faults.add(path, line, `${code} for the second time`)
    else {
      const known: YearCode = shortened({ code, billable: billable === '1', short, title })
      if (parent !== '') known.parent = parent
      if (chapter !== '') known.chapter = chapter
      if (block !== '') known.block = block
      codes.set(code, known)
    }
    if (codes.size > MOST) throw new Error(`${path} has more than ${MOST} codes`)
  }
  return codes
}

/** All codes in the order of the official list. */
export function inOrder(codes: Iterable<string>): string[] {
  return [...codes]
    .map((code) => ({ code, key: bare(code) }))
    .sort(byKey)
    .map(({ code }) => code)
}

function byKey(one: { key: string }, other: { key: string }): number {
  return one.key < other.key ? -1 : one.key > other.key ? 1 : 0
}

function shortened({ short, ...rest }: YearCode & { short: string }): YearCode {
  return short === '' || short === rest.title ? rest : { ...rest, short }
}

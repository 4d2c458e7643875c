import { linesOf, type Reading } from '../source.ts'
import { NOTES, note, type Tabular } from './notes.ts'

/** The tabular list of lines of JSON (`icd10cm-tabular-2026.jsonl.gz`). */
export async function tabularLines(path: string, reading: Reading): Promise<Map<string, Tabular>> {
  const entries = new Map<string, Tabular>()
  for await (const { number, text } of linesOf(path, reading)) {
    const entry = entryOf(text)
    if (!entry) reading.faults.add(path, number, 'no entry of a tabular list')
    else if (entries.has(entry.code)) reading.faults.add(path, number, `${entry.code} for the second time`)
    else entries.set(entry.code, entry)
  }
  return entries
}

function entryOf(text: string): Tabular | undefined {
  const entry = parsed(text)
  if (!entry) return undefined
  const { code, kind, parent, title, inclusionTerms = [] } = entry
  if (typeof code !== 'string' || typeof title !== 'string' || !isKind(kind) || !isTexts(inclusionTerms))
    return undefined
  const properties = []
  for (const name of NOTES) {
    const values = textsOf(entry[name])
    if (!values) return undefined
    properties.push(...values.map((value) => note(name, value)))
  }
  return { code, kind, title, inclusionTerms, properties, ...(typeof parent === 'string' ? { parent } : {}) }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function isKind(value: unknown): value is Tabular['kind'] {
  return value === 'chapter' || value === 'block' || value === 'code'
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

/** Notes as texts: seventh characters as `A: initial encounter`. Undefined for what is no note. */
function textsOf(value: unknown): string[] | undefined {
  if (value === undefined) return []
  if (isTexts(value)) return value
  if (typeof value !== 'object' || value === null) return undefined
  const entries = Object.entries(value)
  return entries.every(([, text]) => typeof text === 'string') ? entries.map((pair) => pair.join(': ')) : undefined
}

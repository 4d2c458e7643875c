import { beginningOf } from '../../resources/beginning.ts'
import { fold } from '../../resources/fold.ts'
import type { IndexEntry } from '../../resources/store/port.ts'
import { badValue, type Criterion, unknownModifier } from '../criterion.ts'
import type { Expression } from '../expression.ts'
import type { SelectedValue } from '../parameters.ts'
import { unescaped } from '../values.ts'

/** The parts of data types that a string parameter searches (R4 search, string). */
const PARTS: Record<string, readonly string[]> = {
  HumanName: ['text', 'family', 'given', 'prefix', 'suffix'],
  Address: ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'],
  CodeableConcept: ['text'],
  Extension: ['valueString', 'valueMarkdown', 'valueCode'],
}

/** Characters of a string that are indexed, and that a criterion may have. */
const INDEXED = 1024

/** Index entries of a string parameter: the beginning of every part of it, folded and as written. */
export function indexString(param: string, { value, type }: SelectedValue): IndexEntry[] {
  if (typeof value === 'string') return [textEntry(param, value)]
  const parts = PARTS[type] ?? []
  return parts
    .flatMap((name) => (value as Record<string, unknown>)[name] ?? [])
    .filter((part) => typeof part === 'string')
    .map((part) => textEntry(param, part))
}

/**
 * The beginning of a text, folded and as written. It is the same as nothing that can be asked for, and ends with nothing
 * of that kind: NUL is in no FHIR string.
 */
export function textEntry(param: string, text: string): IndexEntry {
  if (text.length <= INDEXED) return ['string', param, fold(text), text]
  const beginning = beginningOf(text, INDEXED)
  return ['string', param, `${fold(beginning)}\0`, `${beginning}\0`]
}

/** Starts with the text, folded; `:contains` and `:exact` (R4 search, string). */
export function parseStringTest({ parameter, modifier, values }: Criterion): Expression {
  if (modifier !== undefined && modifier !== 'exact' && modifier !== 'contains') {
    throw unknownModifier(`${parameter.code}:${modifier}`)
  }
  const texts = values.map(unescaped)
  if (texts.some((text) => text.length > INDEXED)) throw badValue(parameter.code, `${INDEXED} characters at the most`)
  if (modifier === 'exact') return { kind: 'string', param: parameter.code, mode: 'exact', texts }
  return { kind: 'string', param: parameter.code, mode: modifier ?? 'starts', texts: texts.map(fold) }
}

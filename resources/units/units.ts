import { commonUnit } from '../definitions/definitions.ts'
import { type BaseForm, computeBaseForm, findCode } from './ucum.ts'

/** Codes that are kept once they were worked out; then it begins anew, as codes come from outside. */
const MOST_KEPT = 2000

const kept = new Map<string, BaseForm | undefined>()

/** The base form of a UCUM code; undefined where it can be compared with itself alone. */
export function baseFormOf(code: string): BaseForm | undefined {
  const common = commonUnit(code)
  if (common === null) return undefined
  if (common) return { base: common[0], factor: common[1], offset: common[2] ?? 0 }
  if (kept.has(code)) return kept.get(code)
  if (kept.size >= MOST_KEPT) kept.clear()
  const form = isNominal(code) ? { base: '1', factor: 1, offset: 0 } : computeBaseForm(code)
  kept.set(code, form)
  return form
}

const found = new Map<string, boolean | undefined>()

/** Whether UCUM has a code (case-sensitive); undefined where that cannot be told. */
export function isUcumCode(code: string): boolean | undefined {
  if (commonUnit(code) !== undefined || isNominal(code)) return true
  if (found.has(code)) return found.get(code)
  if (found.size >= MOST_KEPT) found.clear()
  const is = findCode(code)
  found.set(code, is)
  return is
}

/** Whether a code is one of UCUM, also where it can be compared with none other (`[pH]`, `{score}`). */
export function isUnit(code: string): boolean {
  return isUcumCode(code) === true
}

/** `{score}`: an annotation alone is the unit 1, and laboratories make up many of them. */
function isNominal(code: string): boolean {
  return /^\{[\x20-\x7a|~]*\}$/.test(code)
}

import { isUnit } from '../../units/units.ts'
import type { Concept } from '../concept.ts'

/** A unit of UCUM; undefined for what is no code of it. */
export function unitOf(code: string): Concept | undefined {
  return isUnit(code) ? { code, display: code } : undefined
}

import { baseFormOf, isUnit } from '../../units/units.ts'
import type { Concept, ConceptProperty } from '../concept.ts'

/** A unit of UCUM, with its canonical form as a property (R4 terminologies-systems, UCUM filters); undefined for what is no code of it. */
export function unitOf(code: string): Concept | undefined {
  if (!isUnit(code)) return undefined
  return { code, display: code, properties: canonicalsOf(code) }
}

function canonicalsOf(code: string): ConceptProperty[] {
  const base = baseFormOf(code)?.base
  if (base === undefined) return []
  const canonical = (value: string): ConceptProperty => ({ code: 'canonical', type: 'code', value })
  // R4's own value set of all units of time asks for years, of which the canonical form is seconds.
  return base === 's' ? [canonical('s'), canonical('a')] : [canonical(base)]
}

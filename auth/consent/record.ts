import { inCompartment } from '../../search/compartment.ts'
import type { Expression } from '../../search/expression.ts'
import { NONE } from '../restrictions.ts'

/** What is of a patient, of a type; of Patient the patient alone, not those that link to it. */
export function recordOf(patient: string, type: string): Expression {
  if (type === 'Patient') return { kind: 'id', ids: [patient] }
  return inCompartment({ type: 'Patient', id: patient }, type) ?? NONE
}

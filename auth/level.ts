import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inCompartment, typesOfCompartment } from '../search/compartment.ts'
import type { Expression } from '../search/expression.ts'
import type { Permission } from './access.ts'
import { ALL, NONE } from './restrictions.ts'

/**
 * Types that belong to no patient and that patients' records refer to or are read by: a scope for a patient reads and
 * searches all of them. No other type that R4's definition of the compartment does not name is open to it.
 */
export const SHARED_TYPES: readonly string[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'shared-types.json'), 'utf8'),
)

/** The types that a wildcard scope for a patient is for. */
export function typesOfPatient(shared: Iterable<string>): string[] {
  return [...new Set([...typesOfCompartment('Patient'), ...shared])]
}

/** What `patient/` scopes may give of a type. */
export type PatientLevel = (type: string, permission: Permission) => Expression

/**
 * What `patient/` scopes may give: what is in the patient's compartment by R4's definition, save that of Patient it is the
 * patient alone, not those that link to it, and of Group nothing, since it would show its other members; of the `shared` types
 * all, to read and search. The same is answered by the same object, so that what is cut by it twice is known to be cut.
 */
export function ofPatient(patient: string, shared: ReadonlySet<string>): PatientLevel {
  const known = new Map<string, Expression | undefined>()
  return (type, permission) => {
    if (!known.has(type)) known.set(type, inRecord(patient, type))
    return known.get(type) ?? ((permission === 'r' || permission === 's') && shared.has(type) ? ALL : NONE)
  }
}

/** Undefined for a type that the definition does not name. */
function inRecord(patient: string, type: string): Expression | undefined {
  if (type === 'Patient') return { kind: 'id', ids: [patient] }
  return type === 'Group' ? NONE : inCompartment({ type: 'Patient', id: patient }, type)
}

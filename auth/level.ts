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

/**
 * What `patient/` scopes may give of a type: what is in the patient's compartment by R4's definition, save that of Patient
 * it is the patient alone, not those that link to it, and of Group nothing, since it would show its other members; of the
 * `shared` types all, to read and search.
 */
export function ofPatient(
  patient: string,
  type: string,
  permission: Permission,
  shared: ReadonlySet<string>,
): Expression {
  if (type === 'Patient') return { kind: 'id', ids: [patient] }
  if (type === 'Group') return NONE
  const inside = inCompartment({ type: 'Patient', id: patient }, type)
  if (inside) return inside
  return (permission === 'r' || permission === 's') && shared.has(type) ? ALL : NONE
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inCompartment, typesOfCompartment } from '../search/compartment.ts'
import { allOf, type Expression } from '../search/expression.ts'
import { isDefined } from '../search/parameters.ts'
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
 * `shared` types all, to read and search. Written is only what is about the patient: R4 has also what the patient performed or
 * asserted of others, whose record would be written in that way.
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
  const isRead = permission === 'r' || permission === 's'
  if (inside) return isRead ? inside : allOf([inside, ...aboutNobodyElse(patient, type)])
  return isRead && shared.has(type) ? ALL : NONE
}

/** That whom a resource is about is the patient, where it says so. */
function aboutNobodyElse(patient: string, type: string): Expression[] {
  return subjectsOf(type).flatMap((param): Expression[] => {
    const targets = [{ type: 'Patient', id: patient }]
    const isAbout: Expression = { kind: 'reference', param, targets, bare: { types: [], ids: [] }, uris: [] }
    const ofNobody: Expression = { kind: 'not', part: { kind: 'present', param, table: 'entry' } }
    return [{ kind: 'or', parts: [isAbout, ofNobody] }, ...(OF_SEVERAL.has(type) ? [ofNoOther(patient, param)] : [])]
  })
}

/** Types of which one resource may be about several patients. Who comes to an appointment may well be several. */
const OF_SEVERAL: ReadonlySet<string> = new Set(['Account', 'AuditEvent', 'Person', 'Provenance'])

function ofNoOther(patient: string, param: string): Expression {
  const where: Expression = { kind: 'not', part: { kind: 'id', ids: [patient] } }
  return { kind: 'not', part: { kind: 'chain', param, targets: [{ type: 'Patient', where }] } }
}

const subjects = new Map<string, readonly string[]>()

/** The parameters that tell whom a resource of a type is about. */
function subjectsOf(type: string): readonly string[] {
  let found = subjects.get(type)
  if (!found) {
    found = ['patient', 'subject'].filter((code) => isDefined(type, code))
    subjects.set(type, found)
  }
  return found
}

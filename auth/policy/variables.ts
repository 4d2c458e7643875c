import { ID_PATTERN } from '../../resources/references.ts'
import type { Identity } from '../identity.ts'

const VARIABLE = /\{([^}]*)\}/g

/** Whom a user stands for, that may be named in a policy. */
const USER_TYPES: ReadonlySet<string> = new Set([
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'RelatedPerson',
  'Person',
  'Device',
  'Organization',
])

/** The names that may stand in braces in a policy's criteria. */
export const VARIABLES: ReadonlySet<string> = new Set(['patient', 'fhirUser', 'organization'])

/** The names in braces in a criterion. */
export function variablesIn(where: string): string[] {
  return [...where.matchAll(VARIABLE)].map(([, name = '']) => name)
}

/**
 * A criterion with its variables replaced by what is known of a caller, which is of letters that need no escape; undefined
 * where one has no value.
 */
export function withValues(where: string, identity: Identity): string | undefined {
  const values = new Map([
    ['patient', patientOf(identity)],
    ['fhirUser', userOf(identity)],
    ['organization', idOf(identity.organization)],
  ])
  if (variablesIn(where).some((name) => values.get(name) === undefined)) return undefined
  return where.replace(VARIABLE, (_, name: string) => values.get(name)!)
}

/** Id of the patient that a caller acts for: that of the token, or the user's own. */
export function patientOf({ patient, fhirUser }: Identity): string | undefined {
  return idOf(patient ?? (fhirUser?.type === 'Patient' ? fhirUser.id : undefined))
}

function userOf({ fhirUser }: Identity): string | undefined {
  const id = idOf(fhirUser?.id)
  return fhirUser && id !== undefined && USER_TYPES.has(fhirUser.type) ? `${fhirUser.type}/${id}` : undefined
}

function idOf(id: string | undefined): string | undefined {
  return id !== undefined && ID_PATTERN.test(id) ? id : undefined
}

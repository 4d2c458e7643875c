import type { ResourceName } from '../../search/searcher.ts'
import type { Identity } from '../identity.ts'
import { isPurposeOf } from '../purposes.ts'
import type { Actor, Listed } from './rule.ts'

/** How sure it is that something is so. */
export type Sure = 'yes' | 'no' | 'unclear'

/** Who asks, and what for. */
export interface ConsentCaller {
  identity: Identity
  /** Codes of v3-ActReason that the request may be for, one of them at least; none where that cannot be told. */
  purposes: readonly string[]
}

/** Whether a caller is one of those that a rule is about. */
export function isActor(actors: Listed<Actor> | undefined, identity: Identity): Sure {
  if (!actors) return 'yes'
  const each = actors.items.map((actor) => actsAs(actor, identity))
  if (each.includes('yes')) return 'yes'
  return actors.more || each.includes('unclear') ? 'unclear' : 'no'
}

/** Whether a request is for one of the purposes of a rule, or a narrower one, whichever of its own it is for. */
export function isFor(purposes: Listed<string> | undefined, asked: readonly string[]): Sure {
  if (!purposes) return 'yes'
  if (asked.length === 0) return 'unclear'
  const met = asked.filter((purpose) => purposes.items.some((wider) => isPurposeOf(purpose, wider)))
  if (met.length === asked.length) return 'yes'
  return purposes.more || met.length > 0 ? 'unclear' : 'no'
}

function actsAs({ is, client, role }: Actor, identity: Identity): Sure {
  const tests: Sure[] = []
  if (is) tests.push(isNamed(is, identity))
  if (client !== undefined) tests.push(client === identity.client ? 'yes' : 'unclear')
  if (role !== undefined) tests.push(role === identity.role ? 'yes' : 'no')
  if (tests.includes('no')) return 'no'
  return tests.includes('unclear') ? 'unclear' : 'yes'
}

/** Types of resources that a user may be, and not at the same time be one of another: who has a role is a practitioner. */
const PEOPLE = new Set(['Patient', 'Practitioner', 'RelatedPerson'])

function isNamed({ type, id }: ResourceName, identity: Identity): Sure {
  const { fhirUser, organization, client } = identity
  if (fhirUser?.type === type && fhirUser.id === id) return 'yes'
  switch (type) {
    case 'Organization':
      if (organization !== undefined) return organization === id ? 'yes' : 'no'
      return fhirUser?.type === 'Patient' || fhirUser?.type === 'RelatedPerson' ? 'no' : 'unclear'
    case 'Device':
      return client === id ? 'yes' : 'no'
    case 'Patient':
    case 'Practitioner':
    case 'RelatedPerson':
    case 'PractitionerRole':
      if (actsForItself(identity)) return 'no'
      if (!fhirUser) return 'unclear'
      if (fhirUser.type === type) return type === 'PractitionerRole' ? 'unclear' : 'no'
      if (type === 'PractitionerRole') return fhirUser.type === 'Patient' ? 'no' : 'unclear'
      return PEOPLE.has(fhirUser.type) ? 'no' : 'unclear'
    default:
      // Who is in a Group or a CareTeam is not looked up.
      return 'unclear'
  }
}

/** Whether a client asks that no user stands behind. */
export function actsForItself({ scopes, fhirUser }: Identity): boolean {
  return !fhirUser && scopes.length > 0 && scopes.every((scope) => /^(system|chartroom)\//.test(scope))
}

/**
 * The patient whose own app asks: the user is the patient, or nobody else is known to be behind a token for one. A token
 * for a patient that a practitioner works with is none.
 */
export function ownPatient({ patient, fhirUser, role, scopes }: Identity): string | undefined {
  if (fhirUser) return fhirUser.type === 'Patient' ? fhirUser.id : undefined
  if (role !== undefined && role !== 'patient') return undefined
  return scopes.some((scope) => /^(user|system)\//.test(scope)) ? undefined : patient
}

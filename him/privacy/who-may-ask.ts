import { type Access, mayAll, withholds } from '../../auth/access.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { Expression } from '../../search/expression.ts'
import { restrictionOf } from '../../search/searcher.ts'

/** Whether the whole audit log may be searched, and nothing of it is withheld. */
export function mayAskAll(access: Access): boolean {
  return mayAll(access, 's', 'AuditEvent') && !withholds(access, 'AuditEvent')
}

/** Throws `forbidden` unless the whole audit log may be searched: the privacy office, auditors. */
export function demandLog(access: Access): void {
  if (mayAskAll(access)) return
  throw forbidden()
}

/**
 * Throws `forbidden` unless the whole audit log may be searched, or what of it is about one patient, by the patient itself or
 * whoever has a token for the patient. A right to some of that is none to a report of all.
 */
export function demandLogOf(patient: string, access: Access): void {
  if (mayAskAll(access)) return
  const isOwn = access.identity?.patient === patient && !withholds(access, 'AuditEvent')
  if (isOwn && givesAllOf(patient, restrictionOf(access.may.s, 'AuditEvent'))) return
  throw forbidden()
}

function givesAllOf(patient: string, may: Expression): boolean {
  switch (may.kind) {
    case 'all':
      return true
    case 'and':
      return may.parts.every((part) => givesAllOf(patient, part))
    case 'or':
      return may.parts.some((part) => givesAllOf(patient, part))
    // Events have no security labels, save some that were recorded elsewhere: those are left out (`isLabelled`).
    case 'not':
      return may.part.kind === 'token' && may.part.param === '_security'
    case 'reference':
      return may.param === 'patient' && may.targets.some(({ type, id }) => type === 'Patient' && id === patient)
    default:
      return false
  }
}

function forbidden(): FhirError {
  return FhirError.of(
    'forbidden',
    'This takes a scope with AuditEvent.s, and a role that may search all that this tells.',
  )
}

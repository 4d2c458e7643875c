import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isPurposeOf } from '../../../auth/purposes.ts'

/** What an accounting leaves out and takes in, as data. */
interface Settings {
  /** Purposes that are left out, with those below them. */
  purposes: readonly string[]
  /** Purposes below those that are accounted for all the same, with what they rest on. */
  accounted: Readonly<Record<string, string>>
  /** Codes that say of a disclosure that it is left out, with what that rests on. */
  codes: Readonly<Record<string, string>>
  /** Types of organizations (CodeSystem organization-type) that are never the hospital's own. */
  outsideTypes: readonly string[]
  /** Roles of callers who are of another organization. */
  outsideRoles: readonly string[]
}

const SETTINGS: Settings = JSON.parse(readFileSync(join(import.meta.dirname, 'exceptions.json'), 'utf8'))

/** CodeSystem of what is left out: on AuditEvent.subtype or purposeOfEvent. */
export const EXCEPTION_SYSTEM = 'https://chartroom.invalid/fhir/CodeSystem/disclosure-exception'

/** Whether a code of EXCEPTION_SYSTEM leaves a disclosure out. */
export function isException(code: string | undefined): boolean {
  return code !== undefined && Object.hasOwn(SETTINGS.codes, code)
}

/**
 * Whether what was done for these purposes (codes of v3-ActReason) is left out: all of them are treatment, payment or operations, or
 * at the request of the individual. Without a purpose nothing is.
 */
export function areLeftOut(purposes: readonly string[]): boolean {
  return purposes.length > 0 && purposes.every(isLeftOut)
}

function isLeftOut(purpose: string): boolean {
  if (Object.hasOwn(SETTINGS.accounted, purpose)) return false
  return SETTINGS.purposes.some((wider) => isPurposeOf(purpose, wider))
}

/** Whether an organization of this type is another than the hospital. */
export function isOutsideType(code: string | undefined): boolean {
  return code !== undefined && SETTINGS.outsideTypes.includes(code)
}

/** Whether callers of this role are of another organization. */
export function isOutsideRole(role: string | undefined): boolean {
  return role !== undefined && SETTINGS.outsideRoles.includes(role)
}

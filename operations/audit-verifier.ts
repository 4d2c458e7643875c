import type { Access } from '../auth/access.ts'
import { demandLog } from '../him/privacy/who-may-ask.ts'
import { FhirError } from '../resources/fhir-error.ts'

/** Throws `forbidden` unless the caller may search the whole log, and has `verify` among the operations of the policy. */
export function demandVerifier(access: Access): void {
  demandLog(access)
  if (access.operations === 'all' || access.operations.includes('verify')) return
  throw FhirError.of('forbidden', 'This takes the scope chartroom/admin, and of a role a policy with `verify`.')
}

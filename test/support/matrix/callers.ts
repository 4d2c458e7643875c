import type { Access } from '../../../auth/access.ts'
import type { Identity } from '../../../auth/identity.ts'
import { SHIPPED } from '../../../auth/policy/shipped.ts'
import { accessFor, identityWith } from '../access.ts'
import { BASE } from '../server.ts'

/** A caller of the table: of a role, or with a token of these scopes and nothing else. */
export function callerNamed(name: string): Promise<Access> {
  return accessFor(identityOf(name), { context: { baseUrl: BASE } })
}

function identityOf(name: string): Identity {
  if (!SHIPPED.has(name)) return identityWith([name], { patient: 'p1' })
  const { patient: _, ...identity } = identityWith(['user/*.cruds', 'user/AuditEvent.cruds', 'chartroom/admin'])
  const isPatient = name === 'patient'
  return {
    ...identity,
    role: name,
    organization: 'payer',
    fhirUser: isPatient ? { type: 'Patient', id: 'p1' } : { type: 'Practitioner', id: 'me' },
  }
}

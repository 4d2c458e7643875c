import type { Access } from '../../auth/access.ts'
import type { DeedAgent } from '../../auth/audit/deed.ts'

/** How the access of the server's own work is named (`systemAccess`). */
const SYSTEM = 'system: '

const known = new WeakMap<Access, DeedAgent>()

/** Who asks, as records have it. `issuer` is the built-in one, which is not told. */
export function agentOf(access: Access, issuer: string): DeedAgent {
  const before = known.get(access)
  if (before) return before
  const agent = makeAgent(access, issuer)
  known.set(access, agent)
  return agent
}

/** The same rights, of whom records name otherwise. */
export function accessAs(access: Access, agent: DeedAgent): Access {
  const own = { ...access }
  known.set(own, agent)
  return own
}

function makeAgent({ identity, caller }: Access, own: string): DeedAgent {
  if (!identity) return caller.startsWith(SYSTEM) ? { system: caller.slice(SYSTEM.length) } : {}
  const { fhirUser, subject, issuer, client, role, organization, tokenId } = identity
  return {
    ...(fhirUser ? { user: `${fhirUser.type}/${fhirUser.id}` } : {}),
    subject,
    ...(issuer === own ? {} : { issuer }),
    client,
    ...(tokenId === undefined ? {} : { token: tokenId }),
    ...(role === undefined ? {} : { role }),
    ...(organization === undefined ? {} : { organization }),
  }
}

import type { Access } from '../../auth/access.ts'
import { type AccessSources, accessOf } from '../../auth/access-of.ts'
import type { Identity } from '../../auth/identity.ts'
import { SHARED_TYPES } from '../../auth/level.ts'
import { SHIPPED } from '../../auth/policy/shipped.ts'
import { BASE } from './criteria.ts'

/** Who asks in these tests: a user with a patient in context, without a role. */
export function identityWith(scopes: readonly string[], more: Partial<Identity> = {}): Identity {
  return {
    issuer: 'https://issuer.example.org',
    subject: 'user-1',
    client: 'client-1',
    scopes,
    patient: 'p1',
    expires: Number.MAX_SAFE_INTEGER,
    ...more,
  }
}

/** Where rights come from in these tests: the shipped policies, nothing stored. */
export const SOURCES: AccessSources = {
  context: { baseUrl: BASE },
  lacks: () => false,
  policies: { find: async (name) => SHIPPED.get(name) },
  unknownRole: 'scopes',
  sharedTypes: new Set(SHARED_TYPES),
}

/** The rights of someone, or of whoever has these scopes. */
export function accessFor(
  who: Identity | readonly string[],
  {
    sharedTypes = SHARED_TYPES,
    ...more
  }: Partial<Omit<AccessSources, 'sharedTypes'>> & {
    sharedTypes?: readonly string[]
  } = {},
): Promise<Access> {
  const identity = 'scopes' in who ? who : identityWith(who)
  return accessOf(identity, { ...SOURCES, ...more, sharedTypes: new Set(sharedTypes) })
}

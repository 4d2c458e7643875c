import { createHash } from 'node:crypto'
import { ID_PATTERN } from '../resources/references.ts'
import { type Access, PERMISSIONS, type Permission } from './access.ts'
import type { CriteriaPlace } from './criteria.ts'
import type { Identity } from './identity.ts'
import { compilePolicy } from './policy/compile.ts'
import type { Policies, Policy } from './policy/policy.ts'
import { both, NOTHING } from './restrictions.ts'
import { grantOf, type Permitted } from './scope-grant.ts'
import { ADMIN_SCOPE, MOST_SCOPES, parseResourceScope } from './scopes.ts'

/** What the rights of a caller follow from, beside who it is. */
export interface AccessSources extends CriteriaPlace {
  policies: Policies
  /** How a user without a role is judged: by the scopes alone, or `user/` scopes give nothing. */
  unknownRole: 'scopes' | 'deny'
  /** Types that belong to no patient and are open to scopes for a patient (`SHARED_TYPES`, or fewer). */
  sharedTypes: ReadonlySet<string>
}

/**
 * What the caller may do and see: the union of the scopes, each cut by its level and its criteria, cut by the policy of the
 * caller's role. What is malformed or unknown gives nothing, as does a role without a policy. It holds as long as its
 * sources stay as they are: whoever keeps it looks again within a second. Throws only where a source fails.
 */
export async function accessOf(identity: Identity, sources: AccessSources): Promise<Access> {
  const patient = identity.patient !== undefined && ID_PATTERN.test(identity.patient) ? identity.patient : undefined
  const { role, scopes } = identity
  const policy = role === undefined ? undefined : await sources.policies.find(role)
  const isDenied = role !== undefined && !policy
  const given = isDenied ? [] : scopes.slice(0, MOST_SCOPES).flatMap((scope) => parseResourceScope(scope) ?? [])
  const isHeard = role !== undefined || sources.unknownRole === 'scopes'
  const heard = isHeard ? given : given.filter(({ level }) => level !== 'user')
  const granted = await grantOf(heard, { ...sources, patient, shared: sources.sharedTypes })
  const compiled = policy && (await compilePolicy(policy, identity, sources))
  return {
    caller: callerOf(identity),
    identity,
    may: compiled ? cut(granted, compiled.may) : granted,
    hidden: compiled?.hidden ?? {},
    writable: compiled?.writable ?? {},
    labels: policy ? policy.labels.write : [],
    operations: isDenied ? [] : operationsOf(scopes, policy),
  }
}

/** The name of a caller: whoever has the same has the same token's rights, and no one else. */
export function callerOf({ issuer, subject, client, patient, scopes }: Identity): string {
  const text = JSON.stringify([issuer, subject, client, patient ?? null, [...scopes].sort()])
  return createHash('sha256').update(text).digest('base64url')
}

function cut(granted: Permitted, policy: Permitted): Permitted {
  const may: Record<Permission, Access['may'][Permission]> = {
    c: NOTHING,
    r: NOTHING,
    u: NOTHING,
    d: NOTHING,
    s: NOTHING,
  }
  for (const permission of PERMISSIONS) may[permission] = both(granted[permission], policy[permission])
  return may
}

function operationsOf(scopes: readonly string[], policy: Policy | undefined): Access['operations'] {
  const ofAll = scopes.includes(ADMIN_SCOPE) ? (policy?.operations ?? 'all') : []
  return policy?.breakTheGlass && ofAll !== 'all' ? [...ofAll, 'break-glass'] : ofAll
}

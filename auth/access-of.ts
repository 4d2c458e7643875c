import { createHash } from 'node:crypto'
import { FhirError } from '../resources/fhir-error.ts'
import { ID_PATTERN } from '../resources/references.ts'
import { type Restriction, restrictionOf } from '../search/searcher.ts'
import type { Access } from './access.ts'
import type { BreakGlassGrants } from './break-glass/grants.ts'
import { widened } from './break-glass/widened.ts'
import { actsForItself } from './consent/actors.ts'
import type { ConsentCutter } from './consent/cuts.ts'
import type { CriteriaPlace } from './criteria.ts'
import { binariesJudged, type Grant, inBoth, type Permitted } from './grant.ts'
import type { Identity } from './identity.ts'
import { labelCut } from './labels/cut.ts'
import { ADMIN_SCOPE } from './other-scopes.ts'
import { compilePolicy } from './policy/compile.ts'
import type { Policies, Policy } from './policy/policy.ts'
import { SCREEN, withoutScreens } from './policy/screen-tasks.ts'
import { BREAK_GLASS } from './purposes.ts'
import { ALL } from './restrictions.ts'
import { grantOf } from './scope-grant.ts'
import { MOST_SCOPES, parseResourceScope } from './scopes.ts'

/** What the rights of a caller follow from, beside who it is. */
export interface AccessSources extends CriteriaPlace {
  policies: Policies
  /** How a user without a role is judged: by the scopes alone, or `user/` scopes give nothing. */
  unknownRole: 'scopes' | 'deny'
  /** Types that belong to no patient and are open to scopes for a patient (`SHARED_TYPES`, or fewer). */
  sharedTypes: ReadonlySet<string>
  /** What patients have consented to; without it all is left. */
  consents?: Pick<ConsentCutter, 'cuts'>
  /** Who broke the glass; without it nobody did. */
  grants?: Pick<BreakGlassGrants, 'of'>
}

/**
 * What the caller may do and see: the union of the scopes, each cut by its level and its criteria, cut by the policy of the
 * caller's role, by the labels that it may see and by what patients have consented to; and the records of patients that the
 * caller broke the glass for. What is malformed or unknown gives nothing, as does a role without a policy. It holds as long
 * as its sources stay as they are: whoever keeps it looks again within a second. `purposes` are what the caller says to ask
 * for, else it is for those of the policy; without a policy nobody vouches for what is said, and consent is judged as if it
 * were not. Throws `forbidden` for a purpose that the role may not name, else only where a source
 * fails.
 */
export async function accessOf(
  identity: Identity,
  sources: AccessSources,
  purposes?: readonly string[],
): Promise<Access> {
  const patient = identity.patient !== undefined && ID_PATTERN.test(identity.patient) ? identity.patient : undefined
  const { role, scopes } = identity
  const policy = role === undefined ? undefined : await sources.policies.find(role)
  const isDenied = role !== undefined && !policy
  if (policy && purposes) demandPurposes(purposes, policy)
  const given = isDenied ? [] : scopes.slice(0, MOST_SCOPES).flatMap((scope) => parseResourceScope(scope) ?? [])
  const isHeard = role !== undefined || sources.unknownRole === 'scopes'
  const heard = isHeard ? given : given.filter(({ level }) => level !== 'user')
  const compiled = policy && (await compilePolicy(policy, identity, sources))
  const hidden = compiled?.hidden ?? {}
  const granted = await grantOf(heard, { ...sources, hidden, patient, shared: sources.sharedTypes })
  const consent = sources.consents?.cuts({ identity, purposes: purposesOf(policy, purposes) }, Date.now())
  const allowed = compiled ? inBoth(granted, compiled) : granted
  const agreed = (grant: Grant) => (consent ? inBoth(grant, binariesJudged(consent.may)) : grant)
  const unlabelled = labelled(allowed, policy?.labels.see ?? 'all')
  const consented = agreed(unlabelled)
  const left = withoutScreens(consented, identity, policy)
  const grants = policy?.breakTheGlass ? ((await sources.grants?.of(identity)) ?? []) : []
  return {
    caller: callerOf(identity),
    identity,
    may: widened(left.may, granted.may, grants),
    ...(role === undefined ? {} : { scoped: granted.may }),
    ...redactedOf(policy, (see) => withoutScreens(agreed(labelled(allowed, see)), identity, policy)),
    ...linkedBinaries(left),
    ...(policy ? { policy: `policy/${policy.name}|${policy.version}` } : {}),
    ...(consent ? { denials: consent.denials } : {}),
    ...choosesIds(actsForItself(identity) ? unlabelled : consented, left),
    ...(grants.length > 0 ? { emergencies: grants } : {}),
    hidden,
    writable: compiled?.writable ?? {},
    labels: policy ? policy.labels.write : scopes.includes(ADMIN_SCOPE) ? 'all' : [],
    operations: isDenied ? [] : operationsOf(scopes, policy),
  }
}

function purposesOf(policy: Policy | undefined, named: readonly string[] | undefined): readonly string[] {
  return policy ? (named ?? policy.purposes) : []
}

/** That the glass is broken is no matter of the policy's purposes: who may do so is asked when it is done. */
function demandPurposes(named: readonly string[], { name, purposes }: Policy): void {
  const stray = named.find((purpose) => purpose !== BREAK_GLASS && !purposes.includes(purpose))
  if (stray === undefined) return
  throw FhirError.of('forbidden', `The role ${name} does not name ${stray} as its purpose of use.`)
}

function linkedBinaries({ may, linked }: Grant): Pick<Access, 'linkedBinaries' | 'linkedBinariesMeet'> {
  const isNeeded = linked.kind !== 'none' && restrictionOf(may.r, 'Binary').kind === 'none'
  return isNeeded ? { linkedBinaries: true, linkedBinariesMeet: linked } : {}
}

/** The name of a caller: whoever has the same has the same token's rights, and no one else. */
export function callerOf({ issuer, subject, client, patient, scopes }: Identity): string {
  const text = JSON.stringify([issuer, subject, client, patient ?? null, [...scopes].sort()])
  return createHash('sha256').update(text).digest('base64url')
}

/**
 * What labels leave. They, and consent, keep Binaries with their documents also from those whose scopes give no documents: a
 * token for less must not show more. Whether a resource with a label may be written is `Access.labels`'s matter.
 */
function labelled(left: Grant, see: readonly string[] | 'all'): Grant {
  const seen = labelCut(see)
  return inBoth(left, binariesJudged({ ...EVERYTHING, r: seen, s: seen, u: seen, d: seen }))
}

/** What may be read that labels hide, without what they are for: what would be left if they could be seen. */
function redactedOf(policy: Policy | undefined, cut: (see: readonly string[]) => Grant): Pick<Access, 'redacted'> {
  const { see, redact = [] } = policy?.labels ?? { see: 'all' }
  return see === 'all' || redact.length === 0 ? {} : { redacted: cut([...see, ...redact]).may.r }
}

const EVERY: Restriction = { byType: {}, others: ALL }
const EVERYTHING: Permitted = { c: EVERY, r: EVERY, u: EVERY, d: EVERY, s: EVERY }

/** Nobody can guess the ids of screens: whoever may write Tasks may go on to choose those of their own. */
function choosesIds(chooses: Grant, left: Grant): Pick<Access, 'choosesIds'> {
  return chooses === left ? {} : { choosesIds: { u: chooses.may.u, c: chooses.may.c } }
}

function operationsOf(scopes: readonly string[], policy: Policy | undefined): Access['operations'] {
  const ofAll = scopes.includes(ADMIN_SCOPE) ? (policy?.operations ?? 'all') : []
  if (!policy || ofAll === 'all') return ofAll
  // What these need of scopes is another than that for the whole system, and is asked for where they are.
  const ofRole = [
    ...(policy.breakTheGlass ? ['break-glass'] : []),
    ...(policy.operations.includes(SCREEN) ? [SCREEN] : []),
  ]
  return [...new Set([...ofAll, ...ofRole])]
}

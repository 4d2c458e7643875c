import type { Expression } from '../../search/expression.ts'
import type { Restriction } from '../../search/searcher.ts'
import { binariesJudged, type Grant, inBoth } from '../grant.ts'
import type { Identity } from '../identity.ts'
import { ADMIN_SCOPE } from '../other-scopes.ts'
import { ALL, NONE } from '../restrictions.ts'
import type { Policy } from './policy.ts'

/** CodeSystem of the kinds of Tasks that are this server's own. */
export const TASKS = 'https://chartroom.invalid/fhir/CodeSystem/task'

/** The kind of those by which is reviewed what a screen of the audit log has found of somebody. */
export const SCREEN_TASK = 'privacy-screen'

/** Code of the operation that makes them, as policies name it (`operations`). */
export const SCREEN = 'screen'

/**
 * Takes the Tasks of privacy screens from all who may not run one, whatever else lets them have Tasks: suspicions are for
 * privacy officers. Who was screened has not those about themselves, privacy officers included.
 */
export function withoutScreens(left: Grant, identity: Identity, policy: Policy | undefined): Grant {
  const runs = policy ? policy.operations.includes(SCREEN) : identity.scopes.includes(ADMIN_SCOPE)
  const cut = runs ? ownScreens(identity) : SCREENS
  if (cut.kind === 'none') return left
  const others: Restriction = { byType: { Task: { kind: 'not', part: cut } }, others: ALL }
  return inBoth(left, binariesJudged({ c: others, r: others, u: others, d: others, s: others }))
}

const SCREENS: Expression = { kind: 'token', param: 'code', tests: [{ system: TASKS, code: SCREEN_TASK }] }

/** Of those Tasks, the ones about who asks. */
function ownScreens({ fhirUser }: Identity): Expression {
  if (!fhirUser) return NONE
  const { type, id } = fhirUser
  const focus = {
    kind: 'reference',
    param: 'focus',
    targets: [{ type, id }],
    bare: { types: [], ids: [] },
    uris: [],
  } as const
  return {
    kind: 'and',
    parts: [SCREENS, { ...focus, targets: [...focus.targets], bare: { types: [], ids: [] }, uris: [] }],
  }
}

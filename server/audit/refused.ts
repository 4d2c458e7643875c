import type { Access } from '../../auth/access.ts'
import type { DeedOutcome } from '../../auth/audit/deed.ts'
import type { ErrorKind } from '../../resources/fhir-error.ts'
import { agentOf } from './agent.ts'
import type { FoldedDeed } from './folded.ts'

/** Who was refused, as far as that is known: his address, and what he was let in with. */
export interface Refused {
  ip: string | undefined
  access?: Access | null
}

const SERIOUS: ReadonlySet<ErrorKind> = new Set(['internal', 'unavailable', 'timeout'])

/** The deed of a request that was refused before it became an interaction. `issuer` is the built-in one. */
export function refusedDeed({ ip, access }: Refused, kind: ErrorKind, issuer: string): FoldedDeed {
  const outcome: DeedOutcome = SERIOUS.has(kind) ? '8' : '4'
  return {
    kind: 'security',
    code: 'refused',
    action: 'E',
    outcome,
    told: kind,
    agent: access ? agentOf(access, issuer) : {},
    ...(ip === undefined ? {} : { from: ip }),
  }
}

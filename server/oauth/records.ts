import type { FastifyRequest } from 'fastify'
import type { Deed, DeedAgent, SecurityCode } from '../../auth/audit/deed.ts'
import type { UserRecord } from '../../auth/smart/users.ts'
import type { Rooms } from './rooms.ts'

/** Who does something at the authorization server: the user, as far as he is known, and the app that it is for. */
export interface Doer {
  request: Pick<FastifyRequest, 'ip' | 'id'>
  user?: UserRecord | undefined
  client?: string | undefined
}

/** What was done: never a password, a code or a token. */
export interface Done extends Partial<Pick<Deed, 'outcome' | 'told' | 'query' | 'parts'>> {
  code: SecurityCode
}

/** Puts on record what was done, before it is answered. Rejects with `unavailable` where it cannot be. */
export function recordDone({ audit }: Pick<Rooms, 'audit'>, doer: Doer, done: Done): Promise<void> {
  return audit.record([{ ...deedOf(doer, done), at: Date.now(), request: doer.request.id }])
}

/** Counts what was refused, or may be done by anybody as often as he likes: it is on record when the minute is over. */
export function foldDone({ folded }: Pick<Rooms, 'folded'>, doer: Doer, done: Omit<Done, 'query' | 'parts'>): void {
  folded.add(deedOf(doer, done))
}

function deedOf({ request, user, client }: Doer, { outcome = '0', ...done }: Done) {
  return { kind: 'security', action: 'E', outcome, ...done, agent: agentOf(user, client), from: request.ip } as const
}

function agentOf(user: UserRecord | undefined, client: string | undefined): DeedAgent {
  const { fhirUser, id, role, organization } = user ?? {}
  return {
    ...(fhirUser === undefined ? {} : { user: fhirUser }),
    ...(id === undefined ? {} : { subject: id }),
    ...(client === undefined ? {} : { client }),
    ...(role === undefined ? {} : { role }),
    ...(organization === undefined ? {} : { organization }),
  }
}

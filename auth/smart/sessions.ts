import type { StateChange, StateEntry } from '../../resources/store/state.ts'
import { commitState, type Keeper } from './kept-record.ts'

const SESSION = 'oidc:Session'
const GRANT = 'grant'

/** What is kept under a user's id while he is signed in, and for the apps that he has let in: all found by `user:ID`. */
const OF_A_USER = [SESSION, 'oidc:Interaction', 'oidc:AuthorizationCode', 'oidc:RefreshToken', 'oidc:Grant', GRANT]

/** Entries that are ended in one unit. */
const AT_ONCE = 200

/** How long it is kept in mind that a grant has ended, in ms: longer than any access token of it lives. */
const ENDED_KEPT = 24 * 60 * 60 * 1000

/** Where somebody is signed in. */
export interface UserSession {
  /** What it is ended by. */
  id: string
  /** ms since 1970; undefined where it is not known. */
  begun?: number
  expires?: number
  /** Clients that were let in from it. */
  clients: string[]
}

/** What oidc-provider keeps of a session, as far as it is read here. */
interface KeptSession {
  uid?: string
  loginTs?: number
  authorizations?: Record<string, unknown>
}

/** Where a user is signed in, 200 places at the most. */
export async function sessionsOf({ state }: Keeper, userId: string): Promise<UserSession[]> {
  const entries = await state.find(SESSION, alias(userId), AT_ONCE)
  return entries.map(({ key, value, expires }) => {
    const { loginTs, authorizations = {} } = value as KeptSession
    return {
      id: key,
      clients: Object.keys(authorizations),
      ...(loginTs === undefined ? {} : { begun: loginTs * 1000 }),
      ...(expires === undefined ? {} : { expires }),
    }
  })
}

/** Ends one session of a user, and what was granted in it; answers whether there was one. */
export async function endSession(store: Keeper, userId: string, sessionId: string): Promise<boolean> {
  const sessions = await store.state.find(SESSION, alias(userId), AT_ONCE)
  const session = sessions.find(({ key }) => key === sessionId)
  if (!session) return false
  const { uid } = session.value as KeptSession
  const grants = await store.state.find(GRANT, alias(userId), AT_ONCE)
  const own = grants.filter(({ value }) => uid !== undefined && (value as { session?: string }).session === uid)
  await commitState(store, removal(SESSION, session), ...own.flatMap(ending))
  return true
}

/**
 * Ends all that a user has open, in every process: sessions and codes are gone, refresh tokens with them, and access tokens
 * are revoked with their grants.
 */
export async function endSessions(store: Keeper, userId: string): Promise<void> {
  for (const kind of OF_A_USER) {
    for (;;) {
      const found = await store.state.find(kind, alias(userId), AT_ONCE)
      if (found.length === 0) break
      await commitState(store, ...found.flatMap((entry) => (kind === GRANT ? ending(entry) : [removal(kind, entry)])))
    }
  }
}

/** A grant is revoked as it goes: its access tokens carry its id. */
function ending(grant: StateEntry): StateChange[] {
  const now = Date.now()
  return [
    { kind: 'put', of: 'revoked', key: `grant:${grant.key}`, value: { at: now }, expires: now + ENDED_KEPT },
    { kind: 'remove', of: 'oidc:Grant', key: grant.key },
    removal(GRANT, grant),
  ]
}

function removal(of: string, { key }: StateEntry): StateChange {
  return { kind: 'remove', of, key }
}

function alias(userId: string): string {
  return `user:${userId}`
}

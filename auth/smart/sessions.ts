import type { StateChange, StateEntry } from '../../resources/store/state.ts'
import { revocation } from './grants.ts'
import { commitState, type Keeper } from './kept-record.ts'

const SESSION = 'oidc:Session'
const GRANT = 'grant'

/** What is kept under a user's id while he is signed in, and for the apps that he has let in: all found by `user:ID`. */
const OF_A_USER = [SESSION, 'oidc:Interaction', 'oidc:AuthorizationCode', 'oidc:RefreshToken', 'oidc:Grant', GRANT]

/** Entries that are ended in one unit. */
const AT_ONCE = 200

/** How long it is kept in mind that a grant or a session has ended, in ms: longer than its access tokens and requests live. */
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
  const session = await store.state.get(SESSION, sessionId)
  if (!session?.aliases.includes(alias(userId))) return false
  const { uid } = session.value as KeptSession
  await commitState(store, ...endings(SESSION, session))
  if (uid !== undefined) await endAll(store, GRANT, `session:${uid}`)
  return true
}

/**
 * Ends all that a user has open, in every process: sessions and codes are gone, refresh tokens with them, and access tokens
 * are revoked with their grants.
 */
export async function endSessions(store: Keeper, userId: string): Promise<void> {
  for (const kind of OF_A_USER) await endAll(store, kind, alias(userId))
}

/**
 * The change by which a session has ended for good: a request that had read it before would write it back as it goes. `uid`
 * is what a session keeps when its id changes.
 */
export function sessionEnded(uid: string): StateChange {
  return revocation(`session:${uid}`, Date.now() + ENDED_KEPT)
}

/** Whether a session has ended, though it may be there. */
export async function hasEnded({ state }: Keeper, uid: string): Promise<boolean> {
  return (await state.get('revoked', `session:${uid}`)) !== undefined
}

async function endAll(store: Keeper, kind: string, by: string): Promise<void> {
  for (;;) {
    const found = await store.state.find(kind, by, AT_ONCE)
    if (found.length === 0) return
    await commitState(store, ...found.flatMap((entry) => endings(kind, entry)))
  }
}

/** A grant is revoked as it goes: its access tokens carry its id. A session is not to come back. */
function endings(kind: string, entry: StateEntry): StateChange[] {
  const gone: StateChange = { kind: 'remove', of: kind, key: entry.key }
  if (kind === SESSION) {
    const { uid } = entry.value as KeptSession
    return uid === undefined ? [gone] : [sessionEnded(uid), gone]
  }
  if (kind !== GRANT) return [gone]
  const expires = Date.now() + ENDED_KEPT
  return [revocation(`grant:${entry.key}`, expires), { kind: 'remove', of: 'oidc:Grant', key: entry.key }, gone]
}

function alias(userId: string): string {
  return `user:${userId}`
}

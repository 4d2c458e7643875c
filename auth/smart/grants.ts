import type { StateChange } from '../../resources/store/state.ts'
import { commitState, type Keeper } from './kept-record.ts'

const KIND = 'grant'
const MOST = 200

/** What a user has allowed an app: one for each authorization, so that each keeps its own patient. */
export interface SmartGrant {
  client: string
  /** The user's id. */
  user: string
  scopes: readonly string[]
  /** Ids of the Patient and the Encounter that it was given for. */
  patient?: string
  encounter?: string
  intent?: string
  needPatientBanner?: boolean
  /** The session that it was given in: `online_access` ends with it. */
  session?: string
  /** ms since 1970 */
  given: number
}

/** The change that keeps a grant until `expires` (ms since 1970). */
export function putGrant(id: string, grant: SmartGrant, expires: number): StateChange {
  const aliases = [`user:${grant.user}`, ...(grant.session === undefined ? [] : [`session:${grant.session}`])]
  return { kind: 'put', of: KIND, key: id, value: grant, expires, aliases }
}

/** A grant that was given and has not ended. */
export async function grantOf({ state }: Keeper, id: string): Promise<SmartGrant | undefined> {
  return (await state.get(KIND, id))?.value as SmartGrant | undefined
}

/** What a user has allowed to apps, 200 at the most, by the grants' ids. */
export async function grantsOf({ state }: Keeper, user: string): Promise<[id: string, grant: SmartGrant][]> {
  const entries = await state.find(KIND, `user:${user}`, MOST)
  return entries.map(({ key, value }) => [key, value as SmartGrant])
}

/** What is kept of a grant by the library: all that has to go when the grant ends. */
const PARTS = ['oidc:AuthorizationCode', 'oidc:RefreshToken', 'oidc:AccessToken']

/** How long it is kept in mind that a grant has ended, in ms: longer than any access token of it lives. */
const ENDED_KEPT = 24 * 60 * 60 * 1000

/**
 * Ends a grant: its codes and refresh tokens are gone, its access tokens revoked. What is issued for it by a request that
 * is under way in another process meanwhile is revoked as well, since it carries the grant's id.
 */
export async function endGrant(store: Keeper, id: string): Promise<void> {
  const expires = Date.now() + ENDED_KEPT
  const ended: StateChange[] = [
    revocation(`grant:${id}`, expires),
    { kind: 'remove', of: KIND, key: id },
    { kind: 'remove', of: 'oidc:Grant', key: id },
  ]
  await commitState(store, ...ended)
  for (const kind of PARTS) {
    for (;;) {
      const found = await store.state.find(kind, `grant:${id}`, MOST)
      if (found.length === 0) break
      const state = found.map(({ key }): StateChange => ({ kind: 'remove', of: kind, key }))
      await commitState(store, ...state)
    }
  }
}

/** The change by which access tokens are refused from now on: `key` is a token's `jti`, or `grant:` and a grant's id. */
export function revocation(key: string, expires: number): StateChange {
  return { kind: 'put', of: 'revoked', key, value: { at: Date.now() }, expires }
}

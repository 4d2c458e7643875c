import type { Configuration } from 'oidc-provider'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Seconds that an access token of a user lives. */
export const ACCESS_TOKEN_TTL = 10 * MINUTE

/** Seconds that an access token of a backend service lives (SMART Backend Services, "Issue access token": 300 at the most). */
export const BACKEND_TOKEN_TTL = 5 * MINUTE

/** Seconds that somebody stays signed in without coming back. */
export const SESSION_TTL = 12 * HOUR

/** Seconds after which somebody has to sign in anew, be he away or not. */
export const LONGEST_SESSION = 7 * DAY

/** Seconds that a grant with these scopes can be drawn upon. */
export function grantTtl(scopes: ReadonlySet<string>): number {
  if (scopes.has('offline_access')) return 365 * DAY
  return scopes.has('online_access') ? SESSION_TTL : HOUR
}

/** Seconds that a session is kept when it is used; `signedIn` and `now` are in s since 1970. */
export function sessionTtl(signedIn: number | undefined, now: number): number {
  const left = signedIn === undefined ? SESSION_TTL : Math.floor(signedIn + LONGEST_SESSION - now)
  return Math.max(Math.min(left, SESSION_TTL), 1)
}

/** How long what oidc-provider keeps is good, in seconds. */
export const LIFETIMES: NonNullable<Configuration['ttl']> = {
  AccessToken: ACCESS_TOKEN_TTL,
  ClientCredentials: BACKEND_TOKEN_TTL,
  AuthorizationCode: MINUTE,
  Grant: (_ctx, grant) => grantTtl(new Set(grant.getOIDCScope().split(' '))),
  IdToken: 5 * MINUTE,
  Interaction: 30 * MINUTE,
  RefreshToken: (_ctx, token) => (token.scopes.has('offline_access') ? 90 * DAY : SESSION_TTL),
  Session: (_ctx, { loginTs }) => sessionTtl(loginTs, Date.now() / 1000),
}

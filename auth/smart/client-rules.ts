import { isShown } from './user-facts.ts'

/**
 * `public`: an app that can keep no secret. `confidential`: one that can, for users. `backend`: a service that acts for itself
 * (SMART Backend Services).
 */
export type ClientKind = 'public' | 'confidential' | 'backend'

/** A public key of a client (RFC 7517). */
export interface ClientKey {
  kty: string
  kid: string
  [member: string]: unknown
}

/** What is registered of a client. */
export interface ClientFacts {
  id: string
  name: string
  kind: ClientKind
  /** Exact; none of a backend service. */
  redirectUris: readonly string[]
  /** Where the EHR starts the app. */
  launchUrl?: string
  /** What the client may ask for at the most. */
  scopes: readonly string[]
  /** Its public keys, or where they are. */
  jwks?: { keys: readonly ClientKey[] }
  jwksUri?: string
  /** Name of the policy that cuts its `system/` scopes. */
  role?: string
  /** Id of the Organization that it acts for. */
  organization?: string
}

const ID = /^[A-Za-z0-9][\w.~-]{0,99}$/
const ORGANIZATION = /^[A-Za-z0-9.-]{1,64}$/
const ROLE = /^[a-z0-9][a-z0-9-]{0,63}$/

/** RFC 6749, 3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,500}$/

const MOST = { redirects: 50, scopes: 200, keys: 20 }

/** What a private key has, and a symmetric one. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** Base64url characters of the modulus of an RSA key of 2048 bits. */
const LEAST_MODULUS = 342

/** What is wrong with a client, undefined if nothing is. `hasSecret`: it will have one to authenticate with. */
export function clientFault(client: ClientFacts, hasSecret: boolean): string | undefined {
  const { id, name, launchUrl, role, organization } = client
  if (!ID.test(id)) return 'an id has up to 100 of A-Z, a-z, 0-9 and . _ ~ -, and begins with a letter or a digit'
  if (!isShown(name)) return 'a name has 1 to 200 characters, on one line'
  if (role !== undefined && !ROLE.test(role)) return 'a role has up to 64 of a-z, 0-9 and -'
  if (organization !== undefined && !ORGANIZATION.test(organization)) return 'the organization is no id'
  if (launchUrl !== undefined && !isSafeUrl(launchUrl)) return `${launchUrl} is no https URL (or http on this machine)`
  return redirectFault(client) ?? scopeFault(client) ?? credentialFault(client, hasSecret)
}

/** Whether a URL is https, or http to this machine itself; without a name, a password or a fragment. */
export function isSafeUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url?.username !== '' || url.password !== '' || text.includes('#') || /[\s*\\]/.test(text)) return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
}

function redirectFault({ kind, redirectUris }: ClientFacts): string | undefined {
  if (kind === 'backend') return redirectUris.length > 0 ? 'a backend service has no redirect URI' : undefined
  if (redirectUris.length === 0) return 'an app for users has a redirect URI'
  if (redirectUris.length > MOST.redirects) return `there are at most ${MOST.redirects} redirect URIs`
  const bad = redirectUris.find((uri) => !isSafeUrl(uri) && !(kind === 'public' && isOfApp(uri)))
  return bad === undefined ? undefined : `${bad} is no https URL (or http on this machine) that a redirect may lead to`
}

/** Whether a URI is in a scheme that an installed app has for itself (RFC 8252, 7.1). */
function isOfApp(uri: string): boolean {
  return uri.length <= 2000 && /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:\/{0,2}[^\s#*\\]*$/.test(uri) && URL.canParse(uri)
}

function scopeFault({ kind, scopes }: ClientFacts): string | undefined {
  if (scopes.length === 0) return 'a client has a scope that it may ask for'
  if (scopes.length > MOST.scopes) return `there are at most ${MOST.scopes} scopes`
  const bad = scopes.find((scope) => !SCOPE.test(scope))
  if (bad !== undefined) return `${bad} is no scope`
  const isSystem = (scope: string) => scope.startsWith('system/') || scope.startsWith('chartroom/')
  const isOfUser = (scope: string) => !scope.startsWith('system/')
  const other = scopes.find((scope) => !(kind === 'backend' ? isSystem(scope) : isOfUser(scope)))
  if (other === undefined) return undefined
  return kind === 'backend' ? `${other} is for apps of users, not for a service` : `${other} is for services alone`
}

function credentialFault({ kind, jwks, jwksUri }: ClientFacts, hasSecret: boolean): string | undefined {
  const hasKeys = jwks !== undefined || jwksUri !== undefined
  if (jwks !== undefined && jwksUri !== undefined) return 'a client has keys, or a URL of them, not both'
  if (kind === 'public') return hasKeys || hasSecret ? 'a public client has neither a secret nor keys' : undefined
  if (kind === 'backend' && (hasSecret || !hasKeys)) return 'a backend service authenticates with keys'
  if (hasKeys === hasSecret) return 'a confidential client has either a secret or keys'
  if (jwksUri !== undefined && !isSafeUrl(jwksUri)) return `${jwksUri} is no https URL (or http on this machine)`
  return jwks && keysFault(jwks.keys)
}

function keysFault(keys: readonly ClientKey[]): string | undefined {
  if (!Array.isArray(keys) || keys.length === 0) return 'the JWKS has no keys'
  if (keys.length > MOST.keys) return `the JWKS has more than ${MOST.keys} keys`
  for (const key of keys) {
    if (PRIVATE_MEMBERS.some((member) => Object.hasOwn(key, member))) {
      return 'the JWKS has a private or secret key: register the public ones alone'
    }
    if (typeof key.kid !== 'string' || key.kid === '') return 'each key of the JWKS has a kid'
    if (!isOfUse(key)) return 'keys are RSA of 2048 bits at least (RS384), or EC on P-384 (ES384)'
  }
  return new Set(keys.map(({ kid }) => kid)).size < keys.length ? 'two keys of the JWKS have one kid' : undefined
}

function isOfUse({ kty, crv, x, y, n, e }: ClientKey): boolean {
  if (kty === 'EC') return crv === 'P-384' && typeof x === 'string' && typeof y === 'string'
  return kty === 'RSA' && typeof n === 'string' && typeof e === 'string' && n.length >= LEAST_MODULUS
}

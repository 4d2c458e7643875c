import { storableTypes } from '../../resources/definitions/definitions.ts'
import type { ResourceName } from '../../search/searcher.ts'
import type { Identity } from '../identity.ts'
import { refused } from './refused.ts'

/** Whose token it is, as far as its claims are to be believed. */
export interface ClaimsTrust {
  issuer: string
  /** FHIR base of this server: what absolute `fhirUser`s must begin with to be of this server. */
  baseUrl: string
  /** Whether the issuer may name roles and organizations. */
  roles: boolean
  /** Whether it is the built-in one, whose tokens can be revoked by grant, and always have an id. */
  own: boolean
}

type Claims = Readonly<Record<string, unknown>>

const ID = /^[A-Za-z0-9.-]{1,64}$/
const USER_TYPES = ['Patient', 'Practitioner', 'PractitionerRole', 'RelatedPerson', 'Person']
const LONGEST = 255
const MOST_SCOPES = 500

/** What a scope may be written with (RFC 6749, 3.3). */
const SCOPES = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/**
 * Claims that only ID tokens, logout tokens and security events have (OpenID Connect Core, 2; Back-Channel Logout, 2.4).
 */
const NEVER = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events']

/**
 * Who asks, by the claims of a token whose signature, issuer, audience and times were found good. Throws `unauthenticated`
 * for what is no access token, or says something that cannot be.
 */
export function identityOf(claims: Claims, trust: ClaimsTrust): Identity {
  refuseOtherTokens(claims)
  const client = text(claims, 'client_id') ?? text(claims, 'azp')
  const subject = text(claims, 'sub')
  if (client === undefined || subject === undefined) throw refused('The token lacks sub or client_id.')
  if ([claims.aud].flat().includes(client)) throw refused('The token is meant for a client, not for this server.')
  const tokenId = text(claims, 'jti')
  if (trust.own && tokenId === undefined) throw refused('The token lacks jti.')
  return {
    issuer: trust.issuer,
    subject,
    client,
    scopes: scopesOf(claims.scope),
    expires: (claims.exp as number) * 1000,
    ...given('patient', idOf(claims, 'patient')),
    ...given('fhirUser', userOf(claims.fhirUser, trust.baseUrl)),
    ...given('role', trust.roles ? text(claims, 'chartroom_role') : undefined),
    ...given('organization', trust.roles ? idOf(claims, 'chartroom_organization') : undefined),
    ...given('tokenId', tokenId),
  }
}

/** The names by which a token may have been revoked (state kind `revoked`). */
export function revocableBy(claims: Claims, { own }: ClaimsTrust): string[] {
  const id = text(claims, 'jti')
  const grant = own ? text(claims, 'chartroom_grant') : undefined
  const client = own ? text(claims, 'client_id') : undefined
  return [
    ...(id === undefined ? [] : [id]),
    ...(grant === undefined ? [] : [`grant:${grant}`]),
    ...(client === undefined ? [] : [`client:${client}`]),
  ]
}

function refuseOtherTokens(claims: Claims): void {
  const { typ, token_use: use } = claims
  const named = typeof typ === 'string' && /^(id|refresh|offline|logout)$/i.test(typ)
  if (named || (use !== undefined && use !== 'access') || NEVER.some((name) => Object.hasOwn(claims, name))) {
    throw refused('The token is not an access token.')
  }
}

/** A claim that is a text if it is there at all. */
function text(claims: Claims, name: string): string | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  if (value === undefined) return undefined
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST) return value
  throw refused(`The token's ${name} is not a text of 1 to ${LONGEST} characters.`)
}

function idOf(claims: Claims, name: string): string | undefined {
  const value = text(claims, name)
  if (value === undefined || ID.test(value)) return value
  throw refused(`The token's ${name} is not an id.`)
}

function scopesOf(value: unknown): string[] {
  if (value === undefined) return []
  if (typeof value !== 'string' || !SCOPES.test(value)) throw refused("The token's scope is not a text of scopes.")
  const scopes = [...new Set(value.split(' ').filter((scope) => scope !== ''))]
  if (scopes.length > MOST_SCOPES) throw refused(`The token has more than ${MOST_SCOPES} scopes.`)
  return scopes
}

/**
 * The user as a resource of this server. Who is a resource of another server is none of this one, whatever the id: that
 * `Practitioner/1` is somebody else.
 */
function userOf(value: unknown, baseUrl: string): ResourceName | undefined {
  if (value === undefined) return undefined
  const [, base, type = '', id = ''] = (typeof value === 'string' && /^(.*\/)?([A-Za-z]+)\/([^/]+)$/.exec(value)) || []
  if (!USER_TYPES.includes(type) || !storableTypes.has(type) || !ID.test(id)) {
    throw refused("The token's fhirUser is not a user.")
  }
  if (base === undefined || base === `${baseUrl}/`) return { type, id }
  if (/^https?:\/\/./.test(base)) return undefined
  throw refused("The token's fhirUser is not a user.")
}

function given<Name extends string, Value>(name: Name, value: Value | undefined): { [K in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { [K in Name]: Value })
}

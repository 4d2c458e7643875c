import { randomUUID } from 'node:crypto'
import { FhirError } from '../../resources/fhir-error.ts'
import { isKnownScope } from '../scopes.ts'
import type { ClientFacts, ClientKey } from './client-rules.ts'

/** What a client says of itself (RFC 7591, 2; SMART App Launch 2.2, "Registering a SMART App with an EHR"). */
export type ClientMetadata = Readonly<Record<string, unknown>>

/**
 * What is registered of a client that registers itself. Throws `invalid` for what is not taken. Keys come inline alone: this
 * server fetches nothing from where a stranger sends it, and gives a stranger neither a role nor what is its own (`chartroom/`),
 * nor `system/`: no user would be asked what a service may do.
 */
export function clientFactsOf(metadata: ClientMetadata): ClientFacts {
  const { client_name: name, redirect_uris: redirects = [], initiate_login_uri: launchUrl, jwks } = metadata
  const method = metadata.token_endpoint_auth_method ?? 'client_secret_basic'
  if (metadata.jwks_uri !== undefined) refuse('jwks_uri is not taken here; send jwks')
  if (typeof name !== 'string') refuse('client_name is missing')
  if (!isTexts(redirects)) refuse('redirect_uris is no list of URIs')
  if (launchUrl !== undefined && typeof launchUrl !== 'string') refuse('initiate_login_uri is no URL')
  if (jwks !== undefined && !isKeySet(jwks)) refuse('jwks is no JWKS')
  return {
    id: randomUUID(),
    name,
    kind: kindOf(method, redirects, jwks !== undefined),
    redirectUris: redirects,
    scopes: scopesOf(metadata.scope),
    ...(launchUrl === undefined ? {} : { launchUrl }),
    ...(jwks === undefined ? {} : { jwks }),
  }
}

function kindOf(method: unknown, redirects: readonly string[], hasKeys: boolean): ClientFacts['kind'] {
  if (redirects.length === 0) refuse('it has no redirect_uris; services are registered by an administrator')
  if (method === 'none') return 'public'
  if (method === 'private_key_jwt' && hasKeys) return 'confidential'
  if ((method === 'client_secret_basic' || method === 'client_secret_post') && !hasKeys) return 'confidential'
  return refuse(
    'token_endpoint_auth_method is none, client_secret_basic, client_secret_post, or private_key_jwt with jwks',
  )
}

function scopesOf(scope: unknown): string[] {
  if (typeof scope !== 'string') return refuse('scope is missing')
  const scopes = [...new Set(scope.split(' ').filter(Boolean))]
  const bad = scopes.find((one) => !isKnownScope(one) || /^(chartroom|system)\//.test(one))
  return bad === undefined ? scopes : refuse(`the scope ${bad} is not to be had`)
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

function isKeySet(value: unknown): value is { keys: ClientKey[] } {
  if (typeof value !== 'object' || value === null || !('keys' in value) || !Array.isArray(value.keys)) return false
  return value.keys.every((key) => typeof key === 'object' && key !== null && !Array.isArray(key))
}

function refuse(why: string): never {
  throw FhirError.of('invalid', `The client is refused: ${why}.`)
}

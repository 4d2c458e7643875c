import { type Client, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider'
import { allowedScopes } from '../../auth/smart/allowed-scopes.ts'
import { clientOf } from '../../auth/smart/clients.ts'
import { ACCESS_TOKEN_TTL, BACKEND_TOKEN_TTL } from './lifetimes.ts'
import type { Rooms } from './rooms.ts'

/** The FHIR server as what tokens are for: with those of the scopes asked for that the client's record allows. */
export async function resourceServer(
  { store, baseUrl }: Rooms,
  ctx: KoaContextWithOIDC,
  resource: string,
  { clientId }: Client,
): Promise<ResourceServer> {
  if (resource !== baseUrl) throw new errors.InvalidTarget()
  const backend = ctx.oidc.params?.grant_type === 'client_credentials'
  const record = await clientOf(store, clientId)
  const scopes = allowedScopes(askedScopes(ctx), record?.scopes ?? [], backend ? 'client' : 'user')
  if (scopes.length === 0) throw new errors.InvalidScope('none of these scopes is allowed to this client', '')
  return {
    audience: baseUrl,
    scope: scopes.join(' '),
    accessTokenFormat: 'jwt',
    accessTokenTTL: backend ? BACKEND_TOKEN_TTL : ACCESS_TOKEN_TTL,
    jwt: { sign: { alg: 'ES384' } },
  }
}

/** Of the request, and of the code or refresh token that it brings. */
function askedScopes({ oidc }: KoaContextWithOIDC): string[] {
  const { AuthorizationCode: code, RefreshToken: refresh } = oidc.entities
  return [oidc.params?.scope, code?.scope, refresh?.scope].flatMap((text) =>
    typeof text === 'string' ? text.split(' ') : [],
  )
}

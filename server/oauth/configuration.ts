import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import { CLOCK_TOLERANCE, refusalOfAssertion } from '../../auth/smart/assertion.ts'
import { launchOf } from '../../auth/smart/launch.ts'
import { ASSERTION_ALGORITHMS, CLIENT_AUTHENTICATION, PLAIN_SCOPES } from '../../auth/smart/smart-configuration.ts'
import { accountOf } from './account-of.ts'
import { stateAdapter } from './adapter.ts'
import { clientAdapter, takesOrigin } from './client-metadata.ts'
import { fetchKeys } from './fetch-keys.ts'
import { LIFETIMES } from './lifetimes.ts'
import { renderError } from './pages/error-page.ts'
import { resourceServer } from './resource-server.ts'
import type { Rooms } from './rooms.ts'
import { claimsOf } from './token-claims.ts'

/** Paths of the library's endpoints below the issuer (`auth/smart/smart-configuration.ts` has their URLs). */
const ROUTES = {
  authorization: '/authorize',
  token: '/token',
  jwks: '/jwks',
  introspection: '/introspect',
  revocation: '/revoke',
}

/** How oidc-provider is set up to be a SMART authorization server: what is not named here is off, or the library's own way. */
export function configurationOf(rooms: Rooms, keys: NonNullable<Configuration['jwks']>['keys']): Configuration {
  const { store, root, endpoints } = rooms
  return {
    adapter: stateAdapter(store, clientAdapter(store)),
    jwks: { keys },
    routes: ROUTES,
    scopes: [...PLAIN_SCOPES],
    claims: { openid: ['sub'], fhirUser: ['fhirUser'], profile: ['name', 'fhirUser'] },
    responseTypes: ['code'],
    clientAuthMethods: [...CLIENT_AUTHENTICATION],
    enabledJWA: { clientAuthSigningAlgValues: [...ASSERTION_ALGORITHMS] },
    clockTolerance: CLOCK_TOLERANCE,
    pkce: { required: () => true },
    allowOmittingSingleRegisteredRedirectUri: false,
    cookies: cookiesOf(rooms),
    discovery: {
      userinfo_endpoint: endpoints.userinfo,
      ...(endpoints.register ? { registration_endpoint: endpoints.register } : {}),
    },
    extraParams: extraParams(rooms),
    features: featuresOf(rooms),
    interactions: { url: (_ctx, { uid }) => `${root}/interaction/${uid}` },
    ttl: LIFETIMES,
    findAccount: (_ctx, id, token) => accountOf(rooms, id, token?.grantId),
    // Each authorization is a grant of its own: it has its own patient.
    loadExistingGrant: async (ctx) => {
      const id = ctx.oidc.result?.consent?.grantId
      return id === undefined ? undefined : ctx.oidc.provider.Grant.find(id)
    },
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx, client, { scopes }) =>
      client.grantTypeAllowed('refresh_token') && (scopes.has('offline_access') || scopes.has('online_access')),
    rotateRefreshToken: true,
    extraTokenClaims: (_ctx, token) => claimsOf(rooms, token),
    assertJwtClientAuthClaimsAndHeader: (_ctx, claims, header, client) => {
      const now = Math.floor(Date.now() / 1000)
      const facts = { claims, header, tokenEndpoint: endpoints.token, jwksUri: client.jwksUri, now }
      const refusal = refusalOfAssertion(facts)
      if (refusal !== undefined) throw new errors.InvalidClientAuth(refusal)
    },
    clientBasedCORS: (_ctx, origin, client) => takesOrigin(client.redirectUris ?? [], origin),
    fetch: fetchKeys,
    fetchResponseBodyLimits: { jwks_uri: 64 * 1024 },
    renderError: (ctx, out) => renderError(root, ctx, out),
  }
}

function cookiesOf({ root, issuer, cookieKey }: Rooms): Configuration['cookies'] {
  const kept = { httpOnly: true, sameSite: 'lax', secure: issuer.startsWith('https:'), signed: true } as const
  return {
    keys: [cookieKey],
    names: { session: 'chartroom_session', interaction: 'chartroom_interaction', resume: 'chartroom_resume' },
    long: { ...kept, path: root },
    short: kept,
  }
}

/** `aud` and `launch` of an authorization request (SMART App Launch 2.2, "Obtain authorization code"). */
function extraParams({ store, baseUrl }: Rooms): Configuration['extraParams'] {
  return {
    aud: (_ctx, aud) => {
      if (aud === baseUrl || aud === `${baseUrl}/`) return
      throw new errors.InvalidRequest(`aud must be the FHIR base, ${baseUrl}`)
    },
    launch: async (ctx, launch, client) => {
      const asked = scopesOf(ctx).includes('launch')
      if (launch === undefined) {
        if (asked) throw new errors.InvalidRequest('the scope launch takes the launch parameter of an EHR launch')
        return
      }
      if (await launchOf(store, launch, client.clientId)) return
      throw new errors.InvalidRequest('launch is unknown, used or too old')
    },
  }
}

function scopesOf(ctx: KoaContextWithOIDC): string[] {
  return String(ctx.oidc.params?.scope ?? '').split(' ')
}

function featuresOf(rooms: Rooms): NonNullable<Configuration['features']> {
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    // It has its own room (`userinfo.ts`): access tokens are JWTs for the FHIR base, which the library's refuses.
    userinfo: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: (_ctx, client, token) => mayIntrospect(client, token) },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => client.clientId === token.clientId },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => rooms.baseUrl,
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, resource, client) => resourceServer(rooms, ctx, resource, client),
    },
  }
}

/** Clients learn of their own tokens, and those that can authenticate of others' (RFC 7662, 4). */
export function mayIntrospect(
  client: { clientId: string; clientAuthMethod?: string | undefined },
  token: { clientId?: string | undefined },
): boolean {
  return client.clientAuthMethod !== 'none' || client.clientId === token.clientId
}

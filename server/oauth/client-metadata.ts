import type { Adapter, AllClientMetadata } from 'oidc-provider'
import { type ClientRecord, clientOf, isClientSecret } from '../../auth/smart/clients.ts'
import type { Keeper } from '../../auth/smart/kept-record.ts'
import { RESPONSE_MODES } from './asked-url.ts'

/** Reads the clients that were registered; the library writes none. */
export function clientAdapter(store: Keeper): Adapter {
  const nothing = async () => undefined
  return {
    find: async (id) => {
      const client = await clientOf(store, id)
      return client && metadataOf(client)
    },
    findByUid: nothing,
    findByUserCode: nothing,
    upsert: nothing,
    consume: nothing,
    destroy: nothing,
    revokeByGrantId: nothing,
  }
}

/**
 * A client's record as OpenID Connect Registration has it. What it may ask for stays in the record: the library knows no
 * SMART scopes.
 */
function metadataOf({ id, name, kind, redirectUris, secretHash, jwks, jwksUri }: ClientRecord): AllClientMetadata {
  const isBackend = kind === 'backend'
  return {
    client_id: id,
    client_name: name,
    redirect_uris: [...redirectUris],
    application_type: redirectUris.every((uri) => /^https?:/.test(uri)) ? 'web' : 'native',
    response_types: isBackend ? [] : ['code'],
    response_modes: RESPONSE_MODES,
    grant_types: isBackend ? ['client_credentials'] : ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: authenticationOf(kind, secretHash),
    // The library wants one to be there; `matchesSecret` is what looks at it.
    ...(secretHash === undefined ? {} : { client_secret: secretHash }),
    ...(jwks === undefined ? {} : { jwks: { keys: jwks.keys.map((key) => ({ ...key })) } }),
    ...(jwksUri === undefined ? {} : { jwks_uri: jwksUri }),
  }
}

/** By a secret clients may authenticate in the header and in the body alike. */
function authenticationOf(kind: ClientRecord['kind'], secretHash: string | undefined) {
  if (kind === 'public') return 'none'
  return secretHash === undefined ? 'private_key_jwt' : 'client_secret_basic'
}

/** Whether a secret is the client's, of which only a digest is kept. */
export async function matchesSecret(store: Keeper, id: string, secret: string): Promise<boolean> {
  const client = await clientOf(store, id)
  return client?.secretHash !== undefined && isClientSecret(client, secret)
}

/** Whether a page of this origin may use the token endpoint: those of the app's own, and no other. */
export function takesOrigin(redirectUris: readonly string[], origin: string): boolean {
  return redirectUris.some((uri) => /^https?:/.test(uri) && URL.parse(uri)?.origin === origin)
}

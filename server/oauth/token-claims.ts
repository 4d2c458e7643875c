import type { AccessToken, ClientCredentials } from 'oidc-provider'
import { clientOf } from '../../auth/smart/clients.ts'
import { grantOf } from '../../auth/smart/grants.ts'
import { tokenClaims } from '../../auth/smart/token-claims.ts'
import { userOf } from '../../auth/smart/users.ts'
import type { Rooms } from './rooms.ts'

/** Claims of an access token that is about to be issued. */
export async function claimsOf(
  { store, baseUrl }: Rooms,
  token: AccessToken | ClientCredentials,
): Promise<Record<string, string>> {
  if (token.kind === 'ClientCredentials')
    return tokenClaims(baseUrl, (await clientOf(store, token.clientId ?? '')) ?? {})
  const { accountId, grantId } = token
  const [user, grant] = await Promise.all([userOf(store, accountId), grantId ? grantOf(store, grantId) : undefined])
  return tokenClaims(baseUrl, user ?? {}, grantId && grant ? { id: grantId, grant } : undefined)
}

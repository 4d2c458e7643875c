import { type AccessToken, type ClientCredentials, errors } from 'oidc-provider'
import { clientOf } from '../../auth/smart/clients.ts'
import { grantOf } from '../../auth/smart/grants.ts'
import { tokenClaims } from '../../auth/smart/token-claims.ts'
import { userOf } from '../../auth/smart/users.ts'
import type { Rooms } from './rooms.ts'

/** Claims of an access token that is about to be issued; throws where whose it would be has ended meanwhile. */
export async function claimsOf(
  { store, baseUrl }: Rooms,
  token: AccessToken | ClientCredentials,
): Promise<Record<string, string>> {
  if (token.kind === 'ClientCredentials') {
    // Without the record there is no role, and nothing would cut its scopes.
    const client = await clientOf(store, token.clientId ?? '')
    if (!client) throw new errors.InvalidClient('client is invalid')
    return tokenClaims(baseUrl, client)
  }
  const { accountId, grantId = '' } = token
  const [user, grant] = await Promise.all([userOf(store, accountId), grantOf(store, grantId)])
  // A token that does not name its grant could not be revoked with it.
  if (!user || !grant) throw new errors.InvalidGrant('the grant has ended')
  return tokenClaims(baseUrl, user, { id: grantId, grant })
}

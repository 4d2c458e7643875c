import type { Account } from 'oidc-provider'
import { grantOf } from '../../auth/smart/grants.ts'
import { hasEnded } from '../../auth/smart/sessions.ts'
import { userOf } from '../../auth/smart/users.ts'
import type { Rooms } from './rooms.ts'

/**
 * A user as the library wants him; undefined for one who is not there, or may not sign in any more. What was granted for a
 * session alone (`online_access`) ends with it.
 */
export async function accountOf({ store, baseUrl }: Rooms, id: string, grantId?: string): Promise<Account | undefined> {
  const user = await userOf(store, id)
  if (!user) return undefined
  if (grantId !== undefined && !(await lasts(grantId))) return undefined
  return {
    accountId: id,
    claims: async () => ({
      sub: id,
      name: user.display ?? user.name,
      ...(user.fhirUser === undefined ? {} : { fhirUser: `${baseUrl}/${user.fhirUser}` }),
    }),
  }

  async function lasts(grant: string): Promise<boolean> {
    const granted = await grantOf(store, grant)
    if (!granted) return false
    if (granted.scopes.includes('offline_access') || !granted.scopes.includes('online_access')) return true
    const [session] = await store.state.find('oidc:Session', `uid:${granted.session}`, 1)
    if (session === undefined || (await hasEnded(store, String(granted.session)))) return false
    return (session.value as { accountId?: string }).accountId === id
  }
}

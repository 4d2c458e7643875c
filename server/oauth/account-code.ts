import { commitState } from '../../auth/smart/kept-record.ts'
import { newTotpSecret, periodOfCode, totpUrl } from '../../auth/smart/totp.ts'
import { putOf, readUser, setTotp } from '../../auth/smart/users.ts'
import type { AccountEnd, AccountForm } from './account-form.ts'
import { wrongPassword } from './account-password.ts'
import { field } from './form.ts'
import { secretPage } from './pages/account-page.ts'
import type { Rooms } from './rooms.ts'

/** ms that somebody may take over scanning a key. */
const PATIENCE = 10 * 60 * 1000

/** Sets up the second factor of who knows the password, once the app shows the right code; or takes it away. */
export async function changeCode(rooms: Rooms, asked: AccountForm): Promise<AccountEnd> {
  const { form, user } = asked
  if (form.has('sealed')) return confirm(rooms, asked)
  const wrong = await wrongPassword(rooms.store, user.name, field(form, 'password', 1000))
  if (wrong !== undefined) return { alert: wrong }
  if (form.get('wanted') !== 'off') return secretEnd(rooms, asked, newTotpSecret())
  await setTotp(rooms.store, user.name, false)
  return { done: 'No codes are asked for any more.' }
}

function secretEnd(
  { root, seal }: Rooms,
  { session, user, csrf }: AccountForm,
  secret: string,
  alert?: string,
): AccountEnd {
  const sealed = seal.passed(secret, `code|${session.uid}`, Date.now() + PATIENCE)
  return { page: secretPage({ root, csrf, alert }, { secret, url: totpUrl(secret, user.name), sealed }) }
}

async function confirm(rooms: Rooms, asked: AccountForm): Promise<AccountEnd> {
  const { form, session, user } = asked
  const secret = rooms.seal.nameOfPassed(field(form, 'sealed', 500), `code|${session.uid}`)
  if (secret === undefined) return { alert: 'That took too long: begin again.' }
  const period = periodOfCode(secret, field(form, 'code', 10), Date.now(), 0)
  if (period === undefined)
    return secretEnd(rooms, asked, secret, 'This is not the code. Check the clock of the device.')
  const found = await readUser(rooms.store, user.name)
  if (!found) return { left: true }
  await commitState(rooms.store, putOf({ ...found.user, totp: { secret, used: period } }, found.revision))
  return { done: 'From now on a code is asked for when you sign in.' }
}

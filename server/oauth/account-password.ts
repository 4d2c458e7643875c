import { checkPassword } from '../../auth/smart/sign-in.ts'
import { setPassword } from '../../auth/smart/users.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { AccountEnd, AccountForm } from './account-form.ts'
import { field } from './form.ts'
import type { Rooms } from './rooms.ts'

/** Changes the password of who knows the present one; all his sessions end. */
export async function changePassword({ store }: Rooms, { form, user }: AccountForm): Promise<AccountEnd> {
  const wrong = await wrongPassword(store, user.name, field(form, 'old', 1000))
  if (wrong !== undefined) return { alert: wrong }
  try {
    await setPassword(store, user.name, field(form, 'new', 1000))
    return { left: true }
  } catch (error) {
    if (error instanceof FhirError && error.kind === 'invalid')
      return { alert: error.issues[0]?.diagnostics ?? 'The password is refused.' }
    throw error
  }
}

/** What to say of a present password that is wrong; undefined for the right one. Attempts count as those to sign in. */
export async function wrongPassword(
  store: Rooms['store'],
  name: string,
  password: string,
): Promise<string | undefined> {
  const result = await checkPassword(store, { name, password })
  if ('user' in result) return undefined
  return 'wrong' in result ? 'The present password is not right.' : 'Too many attempts. Try again later.'
}

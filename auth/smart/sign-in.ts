import { isDeepStrictEqual } from 'node:util'
import { commitState, type Keeper, wasCommitted } from './kept-record.ts'
import { countAttempt, forgiven } from './lockout.ts'
import { isPassword } from './password-hash.ts'
import { periodOfCode } from './totp.ts'
import { putOf, readUser, type UserRecord, userKey } from './users.ts'

/** What becomes of an attempt to sign in. `wait`: too many have failed, ms until the next may be made. */
export type SignIn = { user: UserRecord } | { wait: number } | { wrong: true }

/**
 * Looks at a name and a password. Whether there is such a user shows neither in the answer nor in the time it takes. Of a user
 * with a second factor `checkCode` comes next: until then failures are not forgotten.
 */
export async function checkPassword(
  store: Keeper,
  { name, password }: { name: string; password: string },
  now: number = Date.now(),
): Promise<SignIn> {
  const key = userKey(name)
  const wait = await countAttempt(store, key, now)
  if (wait > 0) return { wait }
  const found = await readUser(store, key)
  const user = found && !found.user.disabled ? found.user : undefined
  if (!(await isPassword(password, user?.password)) || !user) return { wrong: true }
  // That took its time: who has changed the password meanwhile is to be alone.
  const present = (await readUser(store, key))?.user
  if (!present || present.disabled || !isDeepStrictEqual(present.password, user.password)) return { wrong: true }
  if (!present.totp) await commitState(store, forgiven(key))
  return { user: present }
}

/**
 * Looks at the code of a user's second factor, once his password was right. A code is accepted once, in whatever process.
 * Without a second factor there is no right one.
 */
export async function checkCode(
  store: Keeper,
  { name, code }: { name: string; code: string },
  now: number = Date.now(),
): Promise<SignIn> {
  const key = userKey(name)
  const wait = await countAttempt(store, key, now)
  if (wait > 0) return { wait }
  const found = await readUser(store, key)
  if (!found?.user.totp || found.user.disabled) return { wrong: true }
  const { secret, used } = found.user.totp
  const period = periodOfCode(secret, code, now, used)
  if (period === undefined) return { wrong: true }
  const user: UserRecord = { ...found.user, totp: { secret, used: period } }
  // Who comes second with the same code finds another revision.
  if (!(await wasCommitted(store, putOf(user, found.revision), forgiven(key)))) return { wrong: true }
  return { user }
}

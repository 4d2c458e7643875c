import { randomUUID } from 'node:crypto'
import { FhirError } from '../../resources/fhir-error.ts'
import type { StateChange, StateEntry } from '../../resources/store/state.ts'
import { type Keeper, untilWritten, wasCommitted } from './kept-record.ts'
import { passwordFault } from './password.ts'
import { hashPassword, type PasswordHash } from './password-hash.ts'
import { endSessions } from './sessions.ts'
import { newTotpSecret } from './totp.ts'
import { type UserFacts, userFactsFault } from './user-facts.ts'

const KIND = 'user'

/** Users in one page of a list. */
const PAGE = 500

/** A user as the store keeps him. */
export interface UserRecord extends UserFacts {
  /** The token's `sub`: never another one's. */
  id: string
  password: PasswordHash
  /** Of the second factor: its secret, and the last period of which a code was accepted. */
  totp?: { secret: string; used: number }
  disabled?: true
  /** ms since 1970 */
  created: number
}

/** The form of a user's name in which it is kept and compared; what is typed may be in others. */
export function userKey(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase()
}

/** The user of an id who may sign in; undefined for one who is not there or was disabled. */
export async function userOf(store: Keeper, id: string): Promise<UserRecord | undefined> {
  const [entry] = await store.state.find(KIND, idAlias(id), 1)
  const user = entry && recordOf(entry)
  return user?.disabled ? undefined : user
}

/** The user of a name, disabled or not. */
export async function userNamed(store: Keeper, name: string): Promise<UserRecord | undefined> {
  const entry = await store.state.get(KIND, userKey(name))
  return entry && recordOf(entry)
}

/** All users in the order of their names. */
export async function* allUsers(store: Keeper): AsyncGenerator<UserRecord> {
  for (let after: string | undefined; ; ) {
    const page = await store.state.list(KIND, after, PAGE)
    yield* page.map(recordOf)
    after = page.at(-1)?.key
    if (page.length < PAGE) return
  }
}

/** Adds a user. Throws `invalid` with what is wrong, `conflict` where there is one of that name. */
export async function addUser(store: Keeper, facts: UserFacts, password: string): Promise<UserRecord> {
  const user = await newUser(facts, password)
  if (!(await wasCommitted(store, putOf(user, 'absent')))) {
    throw FhirError.of('conflict', `There is a user ${user.name} already.`)
  }
  return user
}

/** The record of a new user, which is nowhere yet. Throws `invalid` with what is wrong. */
export async function newUser(facts: UserFacts, password: string): Promise<UserRecord> {
  const name = userKey(facts.name)
  const fault = userFactsFault({ ...facts, name }) ?? passwordFault(password, name)
  if (fault !== undefined) throw FhirError.of('invalid', `The user is refused: ${fault}.`)
  const hash = await hashPassword(password)
  return { ...facts, name, id: randomUUID(), password: hash, created: Date.now() }
}

/**
 * Gives a user another password, and ends all that he has open: whoever knows the old one is out. Throws `invalid` for a bad
 * one, `not-found` without the user.
 */
export async function setPassword(store: Keeper, name: string, password: string): Promise<void> {
  const fault = passwordFault(password, userKey(name))
  if (fault !== undefined) throw FhirError.of('invalid', `The password is refused: ${fault}.`)
  const hash = await hashPassword(password)
  const { id } = await changeUser(store, name, (user) => ({ ...user, password: hash }))
  await endSessions(store, id)
}

/** Lets a user sign in no more, and ends all that he has open; or lets him again. Throws `not-found` without the user. */
export async function setDisabled(store: Keeper, name: string, disabled: boolean): Promise<void> {
  const { id } = await changeUser(store, name, ({ disabled: _, ...user }) => (disabled ? { ...user, disabled } : user))
  if (disabled) await endSessions(store, id)
}

/** Gives a user a new secret for codes, which he is asked for from now on; or takes it away, and asks for none. */
export async function setTotp(store: Keeper, name: string, wanted: boolean): Promise<string | undefined> {
  const secret = wanted ? newTotpSecret() : undefined
  await changeUser(store, name, ({ totp: _, ...user }) => (secret ? { ...user, totp: { secret, used: 0 } } : user))
  return secret
}

/** The change that makes a user's record this one, if it is as it was read: at `revision`. */
export function putOf(user: UserRecord, expect: number | 'absent'): StateChange {
  return { kind: 'put', of: KIND, key: user.name, value: user, aliases: [idAlias(user.id)], expect }
}

/** A user's record, and at which revision. */
export async function readUser(
  store: Keeper,
  name: string,
): Promise<{ user: UserRecord; revision: number } | undefined> {
  const entry = await store.state.get(KIND, userKey(name))
  return entry && { user: recordOf(entry), revision: entry.revision }
}

async function changeUser(store: Keeper, name: string, change: (user: UserRecord) => UserRecord): Promise<UserRecord> {
  return untilWritten(async () => {
    const found = await readUser(store, name)
    if (!found) throw FhirError.of('not-found', `There is no user ${userKey(name)}.`)
    const user = change(found.user)
    return (await wasCommitted(store, putOf(user, found.revision))) ? user : undefined
  })
}

function recordOf({ value }: StateEntry): UserRecord {
  return value as UserRecord
}

function idAlias(id: string): string {
  return `id:${id}`
}

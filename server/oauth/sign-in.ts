import type { FastifyRequest } from 'fastify'
import { checkCode, checkPassword } from '../../auth/smart/sign-in.ts'
import { type UserRecord, userNamed } from '../../auth/smart/users.ts'
import { field } from './form.ts'
import { errorPage } from './pages/error-page.ts'
import { codePage, loginPage } from './pages/login-page.ts'
import { foldDone, recordDone } from './records.ts'
import type { Rooms } from './rooms.ts'
import type { Interaction, StepEnd } from './step.ts'

/** ms within which the second factor has to follow the first. */
const BETWEEN = 5 * 60 * 1000

/** Signs in the user of an interaction. */
export async function signInStep(rooms: Rooms, interaction: Interaction): Promise<StepEnd> {
  const { details, user, client, form, action, csrf, request } = interaction
  const end = await signIn(rooms, {
    form,
    action,
    csrf,
    bound: details.uid,
    app: client.name,
    client: client.id,
    request,
    // Who is signed in already is asked for his password again, not for another user's.
    ...(user ? { only: user.name } : {}),
  })
  if ('page' in end) return end
  if (await isOthers(interaction, end.user)) return { page: errorPage(rooms.root, OTHERS) }
  return { result: { login: { accountId: end.user.id, amr: end.amr } } }
}

const OTHERS = 'Somebody else has signed in in this browser meanwhile. Sign out on the account page first.'

/** Whether the browser has another user's session by now, which the library would have signed out by a script. */
async function isOthers({ provider, request, reply }: Interaction, { id }: UserRecord): Promise<boolean> {
  const { accountId } = await provider.Session.get(provider.createContext(request.raw, reply.raw))
  return accountId !== undefined && accountId !== id
}

interface SigningIn {
  form: URLSearchParams | undefined
  action: string
  csrf: string
  /** The interaction or session that the forms are bound to. */
  bound: string
  app?: string
  /** The app's id. */
  client?: string
  request: FastifyRequest
  /** The only user that may sign in here. */
  only?: string
}

/** The next page, or who has signed in and how (`amr`, RFC 8176). */
type SignedIn = { page: string } | { user: UserRecord; amr: string[] }

/** The two forms of a sign-in: gives the next page, or who has signed in and how. */
export async function signIn(rooms: Rooms, at: SigningIn): Promise<SignedIn> {
  const { form, only, bound } = at
  const { root } = rooms
  const named = only === undefined ? {} : { name: only, fixed: true }
  if (!form) return { page: loginPage({ root, ...at, ...named }) }
  const passed = form.get('passed')
  if (passed !== null) return secondFactor(rooms, at, passed)
  const name = only ?? field(form, 'name')
  const result = await checkPassword(rooms.store, { name, password: field(form, 'password', 1000) })
  if (!('user' in result)) {
    await failed(rooms, at, name, 'wait' in result ? 'locked' : 'wrong password')
    return {
      page: loginPage({ root, ...at, name, ...named, alert: words(result, 'The name or the password is wrong.') }),
    }
  }
  const { user } = result
  if (!user.totp) return signedIn(rooms, at, { user, amr: ['pwd'] })
  return { page: codePage({ root, ...at }, rooms.seal.passed(user.name, bound, Date.now() + BETWEEN)) }
}

async function secondFactor(rooms: Rooms, at: SigningIn, passed: string): Promise<SignedIn> {
  const { root, seal, store } = rooms
  const name = seal.nameOfPassed(passed, at.bound)
  if (name === undefined) return { page: loginPage({ root, ...at, alert: 'That took too long: begin again.' }) }
  const result = await checkCode(store, { name, code: field(at.form!, 'code', 10) })
  if ('user' in result) return signedIn(rooms, at, { user: result.user, amr: ['pwd', 'otp', 'mfa'] })
  await failed(rooms, at, name, 'wait' in result ? 'locked' : 'wrong code')
  return { page: codePage({ root, ...at, alert: words(result, 'The code is wrong, or was used already.') }, passed) }
}

/** A sign-in is on record before it is one. */
async function signedIn(rooms: Rooms, { request, client }: SigningIn, done: { user: UserRecord; amr: string[] }) {
  await recordDone(rooms, { request, client, user: done.user }, { code: 'login', query: `amr=${done.amr.join(',')}` })
  return done
}

/**
 * Whoever failed is counted, be there such a user or not: that takes the same time, and anybody can fail as often as he likes.
 * A name that is nobody's is not kept: it may be a password.
 */
async function failed(rooms: Rooms, { request, client }: SigningIn, name: string, told: string): Promise<void> {
  const user = await userNamed(rooms.store, name)
  const words = user ? (user.disabled ? `${told}; disabled` : told) : 'unknown user'
  foldDone(rooms, { request, client, user }, { code: 'login', outcome: '4', told: words })
}

/** Says no more than that it was wrong: not whether there is such a user. */
function words(result: { wait: number } | { wrong: true }, wrong: string): string {
  if ('wrong' in result) return wrong
  const seconds = Math.max(Math.ceil(result.wait / 1000), 1)
  return `Too many attempts. Try again in ${seconds < 90 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`}.`
}

import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { SecurityCode } from '../../auth/audit/deed.ts'
import { registeredClient } from '../../auth/smart/clients.ts'
import { endGrant, grantOf, grantsOf } from '../../auth/smart/grants.ts'
import { endSession, sessionsOf } from '../../auth/smart/sessions.ts'
import { changeCode } from './account-code.ts'
import type { AccountEnd, AccountForm } from './account-form.ts'
import { changePassword } from './account-password.ts'
import { digestOf } from './adapter.ts'
import { field, formOf } from './form.ts'
import { pageHeaders } from './headers.ts'
import { accountPage } from './pages/account-page.ts'
import type { ProviderHolder } from './provider.ts'
import { type Doer, foldDone, recordDone } from './records.ts'
import type { Rooms } from './rooms.ts'
import { beginSession, leave, type SignedInSession, sessionOf } from './session.ts'
import { signIn } from './sign-in.ts'

type Handler = (rooms: Rooms, asked: AccountForm) => Promise<AccountEnd>

const FORMS: Readonly<Record<string, Handler>> = {
  revoke: takeBack,
  end: endOther,
  password: changePassword,
  code: changeCode,
  'sign-out': async () => ({ left: true }),
}

/** Serves the page on which users see their sessions and apps, and end them; and change how they sign in. */
export function addAccount(app: FastifyInstance, rooms: Rooms, holder: ProviderHolder): void {
  app.get('/account', async (request, reply) => {
    const signedIn = await sessionOf(rooms, holder, request, reply)
    return signedIn ? showAccount(rooms, reply, signedIn) : showSignIn(rooms, holder, request, reply)
  })
  app.post('/account', (request, reply) => showSignIn(rooms, holder, request, reply))
  app.post('/account/:what', async (request, reply) => {
    const signedIn = await sessionOf(rooms, holder, request, reply)
    const { what } = request.params as { what: string }
    const handler = Object.hasOwn(FORMS, what) ? FORMS[what] : undefined
    if (!signedIn || !handler) return reply.redirect(`${rooms.root}/account`, 303)
    const form = formOf(request)
    const csrf = rooms.seal.csrf(signedIn.session.uid)
    if (!rooms.seal.isCsrf(form.get('csrf'), signedIn.session.uid)) {
      return showAccount(rooms, reply.code(400), signedIn, {
        alert: 'That form was of another session. Nothing was done.',
      })
    }
    const end = await handler(rooms, { ...signedIn, form, csrf })
    if ('page' in end) return sendPage(reply, end.page)
    await recordChange(rooms, { request, user: signedIn.user }, what, end)
    if (!end.left) return showAccount(rooms, reply.code(end.alert ? 400 : 200), signedIn, end)
    await leave(rooms, holder, request, reply, signedIn.session)
    return reply.redirect(`${rooms.root}/account`, 303)
  })
}

/** What the forms do, as records name it. */
const CODES: Readonly<Record<string, SecurityCode>> = {
  revoke: 'token-revoked',
  end: 'session-ended',
  password: 'user-changed',
  code: 'user-changed',
  'sign-out': 'logout',
}

/** What was done is on record before it is answered; what was not is counted. */
async function recordChange(rooms: Rooms, doer: Doer, what: string, { done, left }: { done?: string; left?: true }) {
  const code = CODES[what]!
  if (done === undefined && !left) return foldDone(rooms, doer, { code, outcome: '4', told: `${what}: refused` })
  return recordDone(rooms, doer, { code, query: `account/${what}` })
}

async function showAccount(
  rooms: Rooms,
  reply: FastifyReply,
  { session, user }: SignedInSession,
  end: { done?: string; alert?: string } = {},
): Promise<FastifyReply> {
  const { store, root, seal } = rooms
  const [grants, sessions] = await Promise.all([grantsOf(store, user.id), sessionsOf(store, user.id)])
  const apps = await Promise.all(
    grants.map(async ([id, { client, ...grant }]) => {
      const { name = client } = (await registeredClient(store, client)) ?? {}
      return { id, name, scopes: grant.scopes, given: grant.given, patient: grant.patient }
    }),
  )
  const current = sessions.map((one) => ({ ...one, current: one.id === digestOf(session.jti) }))
  const facts = {
    root,
    csrf: seal.csrf(session.uid),
    user: user.display ?? user.name,
    hasCode: user.totp !== undefined,
  }
  return sendPage(reply, accountPage({ ...facts, apps, sessions: current, ...end }))
}

/** What binds the form of a sign-in that no app asked for: nobody else can give a browser this cookie's value back. */
const FORM_COOKIE = 'chartroom_form'

async function showSignIn(
  rooms: Rooms,
  holder: ProviderHolder,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { root, seal, issuer } = rooms
  const [, known] = new RegExp(`(?:^|;\\s*)${FORM_COOKIE}=([\\w-]{43})(?:;|$)`).exec(request.headers.cookie ?? '') ?? []
  const bound = known ?? randomBytes(32).toString('base64url')
  const secure = issuer.startsWith('https:') ? '; Secure' : ''
  reply.header('set-cookie', `${FORM_COOKIE}=${bound}; Path=${root}/account; HttpOnly; SameSite=Strict${secure}`)
  const sent = request.method === 'POST' ? formOf(request) : undefined
  const form = sent && known !== undefined && seal.isCsrf(sent.get('csrf'), known) ? sent : undefined
  const end = await signIn(rooms, { form, action: `${root}/account`, csrf: seal.csrf(bound), bound, request })
  if ('page' in end) return sendPage(reply, end.page)
  await beginSession(rooms, holder, request, reply, end)
  return reply.redirect(`${root}/account`, 303)
}

async function takeBack({ store }: Rooms, { form, user }: AccountForm): Promise<AccountEnd> {
  const id = field(form, 'grant')
  const grant = await grantOf(store, id)
  if (grant?.user !== user.id) return { alert: 'There is no such app any more.' }
  await endGrant(store, id)
  return { done: 'The app has no access any more.' }
}

async function endOther({ store }: Rooms, { form, user }: AccountForm): Promise<AccountEnd> {
  const ended = await endSession(store, user.id, field(form, 'session'))
  return ended
    ? { done: 'That session has ended, and what was allowed in it.' }
    : { alert: 'There is no such session any more.' }
}

function sendPage(reply: FastifyReply, page: string): FastifyReply {
  return reply.headers(pageHeaders()).type('text/html; charset=utf-8').send(page)
}

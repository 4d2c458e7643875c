import { randomUUID } from 'node:crypto'
import t from 'tap'
import { endGrant, grantsOf } from '../../../auth/smart/grants.ts'
import { commitState } from '../../../auth/smart/kept-record.ts'
import { endSession, sessionsOf } from '../../../auth/smart/sessions.ts'
import { addUser, setPassword } from '../../../auth/smart/users.ts'
import type { Store } from '../../../resources/store/port.ts'
import type { StateEntry } from '../../../resources/store/state.ts'
import { sessionTtl } from '../../../server/oauth/lifetimes.ts'
import { allow, authorization, Browser, formOf, ISSUER, openOauth, PASSWORD, redeem } from '../../support/oauth.ts'
import type { TestServer } from '../../support/server.ts'

/** Has something happen just before a record of a kind is read for the `time`th time from now on. */
function before({ services }: TestServer, kind: string, time: number, happens: () => Promise<unknown>): () => void {
  const state = services.store.state as Store['state']
  const { get } = state
  let count = 0
  const undo = () => {
    state.get = get
  }
  state.get = async (of, key) => {
    if (of === kind && ++count === time) {
      undo()
      await happens()
    }
    return get.call(state, of, key)
  }
  return undo
}

t.test('what has ended while a request was under way', async (t) => {
  const server = await openOauth(t)
  const { store } = server.services
  const signedIn = async () => {
    const name = `u-${randomUUID()}`
    const { id } = await addUser(store, { name, fhirUser: 'Practitioner/x', role: 'physician' }, PASSWORD)
    const browser = new Browser(server)
    const { url, verifier } = authorization({ scope: 'openid user/Patient.r' })
    const callback = await allow(browser, url, { user: name })
    return { name, id, browser, callback, verifier }
  }

  t.test('a grant: no token comes of it that could not be revoked', async (t) => {
    for (const time of [1, 2]) {
      const { id, browser, callback, verifier } = await signedIn()
      const [[grant = ''] = []] = await grantsOf(store, id)
      const undo = before(server, 'grant', time, () => endGrant(store, grant))
      t.match(await redeem(browser, callback, verifier), { status: 400, json: { error: 'invalid_grant' } })
      undo()
    }
  })

  t.test('a session: it is not written back', async (t) => {
    const { id, browser } = await signedIn()
    const [{ id: session } = { id: '' }] = await sessionsOf(store, id)
    // What is read after the session itself: the client.
    const undo = before(server, 'client', 1, () => endSession(store, id, session))
    await browser.ask('GET', authorization().url)
    undo()
    t.strictSame(await sessionsOf(store, id), [])
    t.match((await browser.go('GET', authorization().url)).text, /name="password"/)
  })

  t.test('a password: who had given the old one is not signed in', async (t) => {
    const name = `u-${randomUUID()}`
    const { id } = await addUser(store, { name }, PASSWORD)
    const browser = new Browser(server)
    const page = await browser.go('GET', authorization().url)
    const answer = await browser.ask('POST', page.url, formOf(page, { name, password: PASSWORD }))
    t.equal(answer.status, 303)
    await setPassword(store, name, 'quite another battery staple')
    t.equal((await browser.go('GET', String(answer.headers.location))).status, 400)
    t.strictSame(await sessionsOf(store, id), [])
    t.match((await browser.go('GET', authorization().url)).text, /name="password"/)
  })

  t.test('a session of seven days, however often it was used', async (t) => {
    const { id, browser } = await signedIn()
    const [entry] = await store.state.find('oidc:Session', `user:${id}`, 1)
    const { key, value, aliases } = entry as StateEntry
    const { loginTs } = value as { loginTs: number }
    const begun = async (days: number) => {
      const old = { ...(value as object), loginTs: loginTs - days * 24 * 60 * 60 }
      await commitState(store, { kind: 'put', of: 'oidc:Session', key, value: old, aliases })
    }
    await begun(6.9)
    t.notMatch((await browser.go('GET', authorization().url)).text, /name="password"/)
    await begun(7)
    t.match((await browser.go('GET', authorization().url)).text, /name="password"/)
    const day = 24 * 60 * 60
    t.equal(sessionTtl(0, 0), 12 * 60 * 60)
    t.equal(sessionTtl(0, 7 * day - 60), 60, 'it is kept no longer than that')
    t.equal(sessionTtl(0, 8 * day), 1)
  })

  t.test('a session that was signed out of, with its cookie kept', async (t) => {
    const { browser } = await signedIn()
    const cookies = new Map(browser.cookies)
    const account = await browser.go('GET', `${ISSUER}/account`)
    await browser.ask('POST', `${ISSUER}/account/sign-out`, formOf(account, {}))
    const kept = async () => (await store.state.list('oidc:Session', undefined, 999)).length
    const before = await kept()
    for (let time = 0; time < 3; time++) {
      for (const [name, cookie] of cookies) browser.cookies.set(name, cookie)
      t.match((await browser.ask('GET', authorization({ prompt: 'none' }).url)).headers.location, /login_required/)
    }
    t.equal(await kept(), before, 'and the cookie fills nothing')
    for (const [name, cookie] of cookies) browser.cookies.set(name, cookie)
    t.match((await browser.go('GET', `${ISSUER}/account`)).text, /name="password"/)
  })
})

import t from 'tap'
import type { RecordedDeed } from '../../../auth/audit/deed.ts'
import { addClient } from '../../../auth/smart/clients.ts'
import { setTotp } from '../../../auth/smart/users.ts'
import {
  allow,
  authorization,
  Browser,
  CALLBACK,
  formOf,
  ISSUER,
  openOauth,
  PASSWORD,
  put,
  redeem,
  token,
} from '../../support/oauth.ts'
import { deedsOf } from '../../support/recorded-deeds.ts'
import type { TestServer } from '../../support/server.ts'

const SCOPE = 'openid launch/patient patient/*.rs offline_access'

/** What is on record of the authorization server, also what was folded till now. */
async function deeds({ services }: TestServer): Promise<RecordedDeed[]> {
  await services.folded.flush()
  return (await deedsOf(services.store)).filter(({ kind, code }) => kind === 'security' && code !== 'refused')
}

const codes = (found: readonly RecordedDeed[]) => found.map(({ code, outcome }) => `${code} ${outcome}`)

t.test('from the sign-in to the end of a token all is on record, and no secret', async (t) => {
  const server = await openOauth(t)
  await put(server, { resourceType: 'Patient', id: 'p1', name: [{ family: 'Lindqvist' }] })
  const browser = new Browser(server)
  const { url, verifier } = authorization({ scope: SCOPE })
  const callback = await allow(browser, url)
  const first = await redeem(browser, callback, verifier)
  t.equal(first.status, 200, first.text)
  const refresh = { grant_type: 'refresh_token', refresh_token: first.json.refresh_token, client_id: 'app' }
  const second = await token(browser, refresh)
  t.equal(second.status, 200)
  t.equal((await token(browser, refresh)).status, 400, 'it was used already')
  t.equal((await token(browser, refresh)).status, 400)
  const found = await deeds(server)
  t.strictSame(codes(found), ['login 0', 'authorized 0', 'token 0', 'token 0', 'token-revoked 4', 'token 4'])
  const [login, authorized, issued, refreshed, reused, refused] = found
  const agent = { user: 'Practitioner/ada', client: 'app', role: 'physician', organization: 'north' }
  t.match(login, { agent, from: '127.0.0.1', query: 'amr=pwd', request: String })
  t.match(authorized, { agent, parts: [{ type: 'Patient', id: 'p1', patients: ['p1'] }], query: /^scope=.*patient/ })
  t.match(issued, { agent, query: /^grant_type=authorization_code&scope=openid/ })
  t.match(refreshed, { agent, query: /^grant_type=refresh_token/ })
  t.match(reused, { agent: { client: 'app' }, told: 'used again' })
  t.match(refused, { told: 'invalid_grant', times: 1 })
  const all = JSON.stringify(await deedsOf(server.services.store))
  const secrets = [PASSWORD, verifier, callback.searchParams.get('code')!, first.json.refresh_token]
  secrets.push(first.json.access_token, second.json.access_token, first.json.id_token, second.json.refresh_token)
  for (const secret of secrets) t.notOk(all.includes(secret))
})

t.test('who fails to sign in is counted by the minute, and a name of nobody is not kept', async (t) => {
  const server = await openOauth(t)
  const browser = new Browser(server)
  const page = await browser.go('GET', authorization().url)
  const tries = async (name: string, password: string) => {
    await browser.ask('POST', page.url, formOf(page, { name, password }))
  }
  for (let time = 0; time < 3; time++) await tries('doc', 'wrong horse')
  for (const name of ['my-secret-word', 'another', 'third']) await tries(name, PASSWORD)
  for (let time = 0; time < 4; time++) await tries('DOC ', 'wrong horse')
  const found = await deeds(server)
  t.strictSame(
    found.map(({ code, outcome, told, times, agent }) => [code, outcome, told, times, agent.user]),
    [
      ['login', '4', 'wrong password', 5, 'Practitioner/ada'],
      ['login', '4', 'unknown user', 3, undefined],
      ['login', '4', 'locked', 2, 'Practitioner/ada'],
    ],
  )
  t.notMatch(JSON.stringify(found), /my-secret-word|wrong horse/)
})

t.test('a second factor', async (t) => {
  const server = await openOauth(t)
  await setTotp(server.services.store, 'doc', true)
  const browser = new Browser(server)
  const page = await browser.submit(await browser.go('GET', authorization().url), { name: 'doc', password: PASSWORD })
  t.strictSame(await deeds(server), [], 'the password alone is no sign-in')
  await browser.submit(page, { code: '000000' })
  t.match(await deeds(server), [
    { code: 'login', outcome: '4', told: 'wrong code', agent: { user: 'Practitioner/ada' } },
  ])
})

t.test('what a user does on his account page', async (t) => {
  const server = await openOauth(t)
  await put(server, { resourceType: 'Patient', id: 'p1' })
  const browser = new Browser(server)
  await allow(browser, authorization({ scope: SCOPE }).url)
  const other = new Browser(server)
  await allow(other, authorization({ scope: SCOPE }).url)
  const before = (await deeds(server)).length
  const account = () => browser.go('GET', `${ISSUER}/account`)
  const send = async (what: string, values: Record<string, string>) => {
    const page = await account()
    const csrf = formOf(page, {}).get('csrf') ?? ''
    return browser.ask('POST', `${ISSUER}/account/${what}`, new URLSearchParams({ csrf, ...values }))
  }
  const hidden = async (name: string) =>
    new RegExp(`name="${name}" value="([^"]+)"`).exec((await account()).text)?.[1] ?? ''
  await send('revoke', { grant: await hidden('grant') })
  await send('end', { session: await hidden('session') })
  await send('password', { old: 'wrong horse', new: 'quite another battery staple' })
  await send('sign-out', {})
  const found = (await deeds(server)).slice(before)
  t.strictSame([...codes(found)].sort(), ['logout 0', 'session-ended 0', 'token-revoked 0', 'user-changed 4'])
  for (const { agent } of found) t.equal(agent.user, 'Practitioner/ada')
})

t.test('a user who denies, a token that is taken back, and what is asked of tokens', async (t) => {
  const server = await openOauth(t)
  await put(server, { resourceType: 'Patient', id: 'p1' })
  const browser = new Browser(server)
  const { url, verifier } = authorization({ scope: SCOPE })
  const { json } = await redeem(browser, await allow(browser, url), verifier)
  const before = (await deeds(server)).length
  const send = (path: string, values: Record<string, string>) =>
    browser.ask('POST', `${ISSUER}/${path}`, new URLSearchParams({ client_id: 'app', ...values }), {
      accept: 'application/json',
    })
  for (let time = 0; time < 3; time++) await send('introspect', { token: json.access_token })
  t.equal((await send('revoke', { token: json.access_token })).status, 200)
  t.equal((await send('revoke', { token: json.refresh_token })).status, 200)
  t.equal((await send('revoke', { token: 'nothing' })).status, 200)
  const choice = await browser.go('GET', authorization({ scope: SCOPE }).url)
  const page = /Choose a patient/.test(choice.text) ? await browser.submit(choice, { patient: 'p1' }) : choice
  await browser.submit(page, { decision: 'deny' })
  const found = (await deeds(server)).slice(before)
  t.strictSame(
    found.map(({ code, outcome, told, times }) => [code, outcome, told, times]),
    [
      ['token-revoked', '0', undefined, undefined],
      ['token-revoked', '0', undefined, undefined],
      ['authorized', '4', 'denied by the user', undefined],
      ['introspection', '0', undefined, 3],
      ['token-revoked', '4', 'no such token', 1],
    ],
  )
})

t.test('clients that are refused, and such as register themselves', async (t) => {
  const server = await openOauth(t, { CHARTROOM_DYNAMIC_REGISTRATION: 'on' })
  await addClient(server.services.store, {
    id: 'secretive',
    name: 'Secretive',
    kind: 'confidential',
    redirectUris: [CALLBACK],
    scopes: ['openid'],
  })
  const browser = new Browser(server)
  const values = { grant_type: 'authorization_code', code: 'x', redirect_uri: CALLBACK }
  for (const client of ['secretive', 'nobody']) {
    t.equal((await token(browser, { ...values, client_id: client, client_secret: 'guessed' })).status, 401)
  }
  const register = (body: unknown) =>
    server.app.inject({ method: 'POST', url: '/oauth/register', payload: body as object })
  t.equal((await register({ client_name: 'New', redirect_uris: [CALLBACK], scope: 'openid' })).statusCode, 201)
  t.equal((await register({ redirect_uris: ['nonsense'] })).statusCode, 400)
  const found = await deeds(server)
  t.match(found[0], { code: 'client-changed', outcome: '0', agent: { client: String } })
  const folded = found.slice(1).map(({ code, outcome, told }) => [code, outcome, told].join(' '))
  t.strictSame([...new Set(folded)].sort(), ['client-changed 4 invalid', 'token 4 invalid_client'])
  t.notMatch(JSON.stringify(found), /guessed/)
})

t.test('what cannot be recorded is not given out', async (t) => {
  const server = await openOauth(t)
  await put(server, { resourceType: 'Patient', id: 'p1' })
  const browser = new Browser(server)
  const { url, verifier } = authorization({ scope: SCOPE })
  const callback = await allow(browser, url)
  const { audit } = server.services
  const { record } = audit
  audit.record = async () => {
    throw new Error('full')
  }
  t.teardown(() => {
    audit.record = record
  })
  const refused = await redeem(browser, callback, verifier)
  t.match(refused, { status: 503, json: { error: 'temporarily_unavailable' } })
  t.notOk('access_token' in refused.json)
  const page = await new Browser(server).go('GET', authorization().url)
  const other = new Browser(server)
  const login = await other.go('GET', authorization().url)
  t.not((await other.ask('POST', login.url, formOf(login, { name: 'doc', password: PASSWORD }))).status, 303)
  t.ok(page)
})

import { TOTP } from 'otpauth'
import t from 'tap'
import {
  type Answer,
  allow,
  authorization,
  Browser,
  formOf,
  ISSUER,
  openOauth,
  PASSWORD,
  put,
  redeem,
  token,
} from '../../support/oauth.ts'

const ACCOUNT = `${ISSUER}/account`

type Page = Answer & { url: string }

/** Signs in at the account page. */
async function signIn(browser: Browser, name: string, password = PASSWORD): Promise<Page> {
  const page = await browser.go('GET', ACCOUNT)
  return browser.go('POST', ACCOUNT, formOf(page, { name, password }))
}

/** Sends one of the forms of the account page. */
function send(browser: Browser, page: Answer, what: string, values: Record<string, string>): Promise<Page> {
  const [, csrf = ''] = /name="csrf" value="([^"]+)"/.exec(page.text) ?? []
  return browser.go('POST', `${ACCOUNT}/${what}`, new URLSearchParams({ csrf, ...values }))
}

function codeFor(secret: string, periods = 0): string {
  return new TOTP({ secret: secret.replaceAll(' ', ''), period: 30 }).generate({
    timestamp: Date.now() + periods * 30_000,
  })
}

t.test('the account page', async (t) => {
  const server = await openOauth(t)
  await put(server, { resourceType: 'Patient', id: 'p1', name: [{ family: 'Lindqvist' }] })

  t.test('shows apps, and takes back what they were allowed', async (t) => {
    const browser = new Browser(server)
    const { url, verifier } = authorization({ scope: 'launch/patient patient/*.rs offline_access' })
    const given = await redeem(browser, await allow(browser, url), verifier)
    const page = await browser.go('GET', ACCOUNT)
    t.match(page.text, /Dr Ada Okafor/)
    t.match(page.text, /Growth Chart/)
    t.match(page.text, /patient\/\*\.rs/)
    const [, grant = ''] = /name="grant" value="([^"]+)"/.exec(page.text) ?? []
    const other = new Browser(server)
    const others = await signIn(other, 'pat')
    t.match((await send(other, others, 'revoke', { grant })).text, /no such app/, "another user's")
    const refresh = () =>
      token(browser, { grant_type: 'refresh_token', refresh_token: given.json.refresh_token, client_id: 'app' })
    t.match(await send(browser, page, 'revoke', { grant, csrf: 'x' }), { status: 400, text: /Nothing was done/ })
    const done = await send(browser, page, 'revoke', { grant })
    t.match(done.text, /has no access any more/)
    t.notMatch(done.text, /Growth Chart/)
    t.match((await refresh()).json, { error: 'invalid_grant' })
    const info = await browser.ask('GET', `${ISSUER}/userinfo`, undefined, {
      authorization: `Bearer ${given.json.access_token}`,
    })
    t.equal(info.status, 401)
    t.match(info.headers['www-authenticate'], /^Bearer error="invalid_token"/)
  })

  t.test('shows sessions, and ends those elsewhere', async (t) => {
    const [here, there] = [new Browser(server), new Browser(server)]
    await signIn(there, 'pat')
    const page = await signIn(here, 'pat')
    t.match(page.text, /<b>Here<\/b>/)
    const ids = [...page.text.matchAll(/name="session" value="([^"]+)"/g)].map(([, id]) => id!)
    let last = page
    for (const session of ids) last = await send(here, page, 'end', { session })
    t.match(last.text, /has ended/)
    t.notMatch(last.text, /Elsewhere/)
    t.match((await there.go('GET', ACCOUNT)).text, /Sign in/)
    t.match((await here.go('GET', ACCOUNT)).text, /Your account/)
    t.match((await send(here, page, 'end', { session: 'x' })).text, /no such session/)
  })

  t.test('forms without a session lead to the sign-in, and a sign-in takes its own token', async (t) => {
    const browser = new Browser(server)
    const answer = await browser.ask(
      'POST',
      `${ACCOUNT}/password`,
      new URLSearchParams({ old: PASSWORD, new: 'another long one' }),
    )
    t.equal(answer.headers.location, '/oauth/account')
    t.equal((await browser.ask('POST', `${ACCOUNT}/__proto__`, new URLSearchParams())).status, 303)
    const page = await browser.go('GET', ACCOUNT)
    const [foreign] = [formOf(await new Browser(server).go('GET', ACCOUNT), { name: 'doc', password: PASSWORD })]
    t.match((await browser.go('POST', ACCOUNT, foreign)).text, /Sign in/)
    t.match((await browser.go('GET', ACCOUNT)).text, /Sign in/)
    t.match((await browser.go('POST', ACCOUNT, formOf(page, { name: 'doc', password: PASSWORD }))).text, /Your account/)
  })

  t.test('a second factor is set up once its code is right, and asked for from then on, each code once', async (t) => {
    const browser = new Browser(server)
    const page = await signIn(browser, 'doc')
    t.match((await send(browser, page, 'code', { wanted: 'on', password: 'wrong password here' })).text, /not right/)
    const shown = await send(browser, page, 'code', { wanted: 'on', password: PASSWORD })
    const [, secret = ''] = /<code class="secret">([^<]+)</.exec(shown.text) ?? []
    const sealed = formOf(shown, {}).get('sealed') ?? ''
    t.match(shown.text, /otpauth:\/\/totp/)
    const wrong = await send(browser, shown, 'code', { sealed, code: codeFor(secret, 5) })
    t.match(wrong.text, /This is not the code/)
    t.match((await send(browser, shown, 'code', { sealed, code: codeFor(secret, -1) })).text, /From now on a code/)

    const other = new Browser(server)
    const asking = await signIn(other, 'doc')
    t.match(asking.text, /Enter your code/)
    t.match((await other.go('GET', ACCOUNT)).text, /Sign in/, 'not signed in yet')
    t.match((await other.go('POST', ACCOUNT, formOf(asking, { code: '000000' }))).text, /code is wrong/)
    const used = codeFor(secret)
    const inside = await other.go('POST', ACCOUNT, formOf(asking, { code: used }))
    t.match(inside.text, /Your account/)
    const third = new Browser(server)
    const again = await signIn(third, 'doc')
    t.match((await third.go('POST', ACCOUNT, formOf(again, { code: used }))).text, /is wrong/)
    const forged = formOf(again, { code: codeFor(secret, 1), passed: formOf(asking, {}).get('passed') ?? '' })
    t.match((await third.go('POST', ACCOUNT, forged)).text, /begin again/, 'the first step of another sign-in')

    const { url } = authorization()
    const app = new Browser(server)
    const login = await app.submit(await app.go('GET', url), { name: 'doc', password: PASSWORD })
    t.match(login.text, /Enter your code/)
    t.match((await app.submit(login, { code: codeFor(secret, 1) })).text, /Choose a patient/)
    t.match((await send(other, inside, 'code', { wanted: 'off', password: PASSWORD })).text, /No codes/)
    t.match((await signIn(new Browser(server), 'doc')).text, /Your account/)
  })

  t.test('a new password signs out everywhere', async (t) => {
    const [here, there] = [new Browser(server), new Browser(server)]
    await signIn(there, 'pat')
    const page = await signIn(here, 'pat')
    const fresh = 'staple battery horse correct'
    t.match((await send(here, page, 'password', { old: 'wrong password here', new: fresh })).text, /not right/)
    t.match((await send(here, page, 'password', { old: PASSWORD, new: 'short' })).text, /at least 12/)
    t.match((await send(here, page, 'password', { old: PASSWORD, new: fresh })).text, /Sign in/)
    t.match((await there.go('GET', ACCOUNT)).text, /Sign in/)
    t.match((await signIn(here, 'pat')).text, /is wrong/)
    t.match((await signIn(here, 'pat', fresh)).text, /Your account/)
  })

  t.test('pages are framed by nobody, run nothing, and are kept by nobody', async (t) => {
    const browser = new Browser(server)
    for (const url of [ACCOUNT, authorization().url]) {
      const page = await browser.go('GET', url)
      t.match(
        page.headers['content-security-policy'],
        /^default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'/,
      )
      t.equal(page.headers['x-frame-options'], 'DENY')
      t.equal(page.headers['cache-control'], 'no-store')
      t.notMatch(page.text, /<script|style=/)
    }
    t.match(
      (await browser.go('GET', authorization().url)).headers['content-security-policy'],
      /form-action 'self' https:\/\/app\.example\.org$/,
    )
    const answer = await browser.ask('GET', ACCOUNT)
    t.match(String(answer.headers['set-cookie']), /HttpOnly; SameSite=Strict/)
    t.match((await browser.ask('GET', `${ISSUER}/style.css`)).headers['content-type'], /text\/css/)
  })

  t.test('nothing secret is in the log', async (t) => {
    const log = server.log.join('\n')
    t.ok(log.length > 1000)
    t.notMatch(log, /correct horse|eyJ|code=|Lindqvist|launch=/)
  })
})

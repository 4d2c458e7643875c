import { decodeJwt } from 'jose'
import t from 'tap'
import { addClient } from '../../../auth/smart/clients.ts'
import { setDisabled } from '../../../auth/smart/users.ts'
import {
  allow,
  authorization,
  Browser,
  CALLBACK,
  FHIR,
  formOf,
  ISSUER,
  openOauth,
  PASSWORD,
  put,
  redeem,
  token,
} from '../../support/oauth.ts'

t.test('what is refused', async (t) => {
  const server = await openOauth(t)
  const { store } = server.services
  await put(server, { resourceType: 'Patient', id: 'p1', name: [{ family: 'Lindqvist' }] })

  t.test('requests for authorization that must not begin', async (t) => {
    const wrong: [string, Record<string, string | undefined>, RegExp][] = [
      ['no aud', { aud: undefined }, /error=invalid_request.*aud/],
      ['another aud', { aud: 'https://evil.example/fhir' }, /error=invalid_request.*aud/],
      ['an aud that begins alike', { aud: `${FHIR}.evil.example` }, /error=invalid_request.*aud/],
      ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, /error=invalid_request/],
      ['plain PKCE', { code_challenge_method: 'plain' }, /error=invalid_request/],
      ['PKCE without a method', { code_challenge_method: undefined }, /error=invalid_request/],
      ['the implicit flow', { response_type: 'token' }, /error=unsupported_response_type/],
      ['a launch that is none', { scope: 'launch patient/*.rs', launch: 'guess' }, /error=invalid_request.*launch/],
      ['the scope launch without a launch', { scope: 'launch patient/*.rs' }, /error=invalid_request.*launch/],
      ['no page where one is needed', { prompt: 'none' }, /error=login_required/],
      ['another resource', { resource: 'https://evil.example/fhir' }, /error=invalid_target/],
      ['a posted answer', { response_mode: 'form_post' }, /error=unsupported_response_mode/],
    ]
    for (const [what, changes, words] of wrong) {
      const answer = await new Browser(server).ask('GET', authorization(changes).url)
      t.match(answer.headers.location, words, what)
      t.match(answer.headers.location, new RegExp(`^${CALLBACK.replaceAll('.', '\\.')}[?#]`), `${what}: to the app`)
    }
  })

  t.test('redirects that are not registered to the letter: nothing goes there', async (t) => {
    const wrong = [
      'https://evil.example/callback',
      `${CALLBACK}/`,
      `${CALLBACK}?more`,
      `${CALLBACK}/../callback`,
      'https://app.example.org:8443/callback',
      'https://app.example.org@evil.example/callback',
      'javascript:alert(1)',
    ]
    for (const redirect_uri of wrong) {
      const answer = await new Browser(server).ask('GET', authorization({ redirect_uri }).url)
      t.equal(answer.status, 400, redirect_uri)
      t.notOk(answer.headers.location)
      t.match(answer.text, /This did not work/)
      t.match(answer.headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/)
    }
    const unknown = await new Browser(server).ask('GET', authorization({ client_id: '<script>' }).url)
    t.equal(unknown.status, 400)
    t.notMatch(unknown.text, /<script/)
    const twice = await new Browser(server).ask('GET', `${authorization().url}&redirect_uri=https://evil.example`)
    t.notOk(String(twice.headers.location ?? '').startsWith('https://evil'))
  })

  t.test('paths that are like those of the library', async (t) => {
    const query = new URL(authorization({ response_mode: 'form_post' }).url).search
    for (const path of [
      'authorize/',
      'AUTHORIZE',
      '%61uthorize',
      'session/end',
      'session/end/confirm',
      'device',
      'me',
    ]) {
      for (const method of ['GET', 'POST'] as const)
        t.equal((await new Browser(server).ask(method, `${ISSUER}/${path}${query}`)).status, 404, `${method} ${path}`)
    }
    for (const path of ['token/', 'TOKEN', 'Introspect', 'revoke/'])
      t.equal((await new Browser(server).ask('POST', `${ISSUER}/${path}`, 'token=x')).status, 404, path)
  })

  t.test('a question mark in a query takes nothing away', async (t) => {
    const url = authorization({ prompt: 'none', state: undefined }).url
    const { headers } = await new Browser(server).ask('GET', `${url}&state=a?b`)
    t.match(headers.location, /state=a%3Fb/)
  })

  t.test('loopback redirects hold to their port', async (t) => {
    const uri = 'http://127.0.0.1:4000/callback'
    await addClient(store, {
      id: 'native',
      name: 'Native',
      kind: 'public',
      redirectUris: [uri, 'org.example.app:/callback'],
      scopes: ['openid'],
    })
    const { url } = authorization({
      client_id: 'native',
      redirect_uri: 'http://127.0.0.1:4001/callback',
      scope: 'openid',
    })
    t.equal((await new Browser(server).ask('GET', url)).status, 400)
    const right = authorization({ client_id: 'native', redirect_uri: uri, scope: 'openid' })
    t.equal((await new Browser(server).ask('GET', right.url)).status, 303)
  })

  t.test('scopes that the record of the client does not have', async (t) => {
    const browser = new Browser(server)
    const { url, verifier } = authorization({
      scope:
        'openid launch/patient patient/*.rs patient/*.cruds patient/AuditEvent.rs system/*.rs chartroom/admin patient/*.rd bogus',
    })
    const answer = await redeem(browser, await allow(browser, url), verifier)
    t.equal(answer.json.scope, 'openid launch/patient patient/*.rs')
    const nothing = await browser.go('GET', authorization({ scope: 'system/*.rs' }).url)
    t.match(nothing.url, /error=invalid_scope/)
    // A form that brings more than was asked.
    const asking = await browser.submit(await browser.go('GET', authorization().url), { patient: 'p1' })
    const done = await browser.submit(asking, {
      decision: 'allow',
      scope: ['openid', 'user/*.cruds', 'chartroom/admin', 'offline_access'],
    })
    t.ok(new URL(done.url).searchParams.get('code'))
  })

  t.test('codes that were used, are of another app, or come without the verifier', async (t) => {
    const browser = new Browser(server)
    const { url, verifier } = authorization()
    const callback = await allow(browser, url)
    t.match((await redeem(browser, callback, verifier, 'other')).json, { error: 'invalid_grant' }, 'another client')
    t.match((await redeem(browser, callback, 'x'.repeat(43))).json, { error: 'invalid_grant' }, 'another verifier')
    t.match((await redeem(browser, callback, '')).json, { error: /invalid_(grant|request)/ }, 'no verifier')
    const good = await redeem(browser, callback, verifier)
    t.equal(good.status, 200)
    t.match((await redeem(browser, callback, verifier)).json, { error: 'invalid_grant' }, 'again')
    const { chartroom_grant: grant } = decodeJwt(good.json.access_token)
    t.ok(await store.state.get('revoked', `grant:${grant}`), 'what was given for it is revoked')
  })

  t.test('of many who redeem a code at once, one gets something, and the family ends', async (t) => {
    const browser = new Browser(server)
    const { url, verifier } = authorization()
    const callback = await allow(browser, url)
    const answers = await Promise.all(Array.from({ length: 6 }, () => redeem(browser, callback, verifier)))
    t.ok(answers.filter(({ status }) => status === 200).length <= 1)
    t.ok(answers.filter(({ json }) => json.error === 'invalid_grant').length >= 5)
  })

  t.test('a code without its redirect URI, or with another', async (t) => {
    const browser = new Browser(server)
    const { url, verifier } = authorization()
    const code = (await allow(browser, url)).searchParams.get('code') ?? ''
    const values = { grant_type: 'authorization_code', code, client_id: 'app', code_verifier: verifier }
    t.match((await token(browser, values)).json, { error: 'invalid_request' })
    t.match((await token(browser, { ...values, redirect_uri: 'https://evil.example' })).json, {
      error: 'invalid_grant',
    })
    t.match((await token(browser, { ...values, grant_type: 'password' })).json, { error: 'unsupported_grant_type' })
  })

  t.test('forms with a token of elsewhere, or none; pages of another browser', async (t) => {
    const [browser, attacker] = [new Browser(server), new Browser(server)]
    const page = await browser.go('GET', authorization().url)
    const foreign = await attacker.go('GET', authorization().url)
    const csrf = formOf(foreign, {}).get('csrf') ?? ''
    for (const token of [csrf, '', 'x']) {
      const answer = await browser.submit(page, { name: 'doc', password: PASSWORD, csrf: token })
      t.equal(answer.status, 400)
      t.match(answer.text, /belongs to another sign-in/)
    }
    t.equal((await attacker.go('GET', page.url)).status, 400, 'who has but the URL')
    const going = await browser.submit(page, { name: 'doc', password: PASSWORD })
    t.match(going.text, /Choose a patient/)
    const forged = await browser.submit(going, { patient: 'p1', decision: 'allow', scope: 'patient/*.rs', csrf })
    t.equal(forged.status, 400)
  })

  t.test('a page that was left open while somebody else signed in: he stays signed in', async (t) => {
    const browser = new Browser(server)
    const page = await browser.go('GET', authorization().url)
    const cookies = new Map(browser.cookies)
    await allow(browser, authorization({ scope: 'openid' }).url)
    for (const [name, cookie] of cookies) browser.cookies.set(name, cookie)
    const answer = await browser.submit(page, { name: 'pat', password: PASSWORD })
    t.match(answer.text, /Somebody else has signed in/)
    t.match((await browser.go('GET', `${ISSUER}/account`)).text, /Signed in as <b>Dr Ada Okafor/)
  })

  t.test('who is locked out, even with the right password; unknown names look the same', async (t) => {
    for (const name of ['pat', 'nobody']) {
      const browser = new Browser(server)
      let page = await browser.go('GET', authorization().url)
      const alerts: string[] = []
      for (let attempt = 0; attempt < 7; attempt++) {
        page = await browser.submit(page, { name, password: attempt < 6 ? 'wrong password here' : PASSWORD })
        alerts.push(/role="alert">([^<]+)/.exec(page.text)?.[1] ?? 'none')
      }
      t.equal(alerts[0], 'The name or the password is wrong.')
      t.match(alerts[5], /Too many attempts/)
      t.match(alerts[6], /Too many attempts/, 'the right password is not looked at')
    }
  })

  t.test('a user who was disabled while an app had his leave', async (t) => {
    const browser = new Browser(server)
    const { url, verifier } = authorization({ scope: 'launch/patient patient/*.rs offline_access' })
    const first = await redeem(browser, await allow(browser, url), verifier)
    await setDisabled(store, 'doc', true)
    const again = await token(browser, {
      grant_type: 'refresh_token',
      refresh_token: first.json.refresh_token,
      client_id: 'app',
    })
    t.match(again.json, { error: 'invalid_grant' })
    const signIn = await browser.go('GET', authorization().url)
    t.match(signIn.text, /Sign in/, 'his session has ended')
    const refused = await browser.submit(signIn, { name: 'doc', password: PASSWORD })
    t.match(refused.text, /is wrong/)
    await setDisabled(store, 'doc', false)
  })

  t.test('bodies that are none, or have no end', async (t) => {
    const browser = new Browser(server)
    t.equal((await token(browser, { grant_type: 'x'.repeat(80_000) })).status, 400)
    const { app } = server
    const json = await app.inject({
      method: 'POST',
      url: '/oauth/token',
      payload: { grant_type: 'authorization_code' },
    })
    t.equal(json.statusCode, 400)
    t.equal((await app.inject({ method: 'GET', url: '/oauth/nothing' })).statusCode, 404)
    t.equal(
      (
        await app.inject({
          method: 'POST',
          url: '/oauth/introspect',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          payload: `token=${'x'.repeat(70_000)}`,
        })
      ).statusCode,
      400,
    )
  })

  t.test('what a client says of where it is decides nothing', async (t) => {
    const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'gopher' }
    const answer = await server.app.inject({
      url: '/oauth/.well-known/openid-configuration',
      headers: { ...headers, host: '127.0.0.1:8080' },
    })
    const document = answer.json()
    t.equal(document.issuer, ISSUER)
    t.notMatch(answer.body, /evil/)
    t.match(document, {
      token_endpoint: `${ISSUER}/token`,
      jwks_uri: `${ISSUER}/jwks`,
      userinfo_endpoint: `${ISSUER}/userinfo`,
    })
  })
})

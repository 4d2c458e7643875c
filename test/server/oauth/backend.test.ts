import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type CryptoKey, decodeJwt, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import t from 'tap'
import type { ClientKey } from '../../../auth/smart/client-rules.ts'
import { addClient, renewSecret, setClientDisabled } from '../../../auth/smart/clients.ts'
import {
  type Answer,
  allow,
  authorization,
  Browser,
  CALLBACK,
  FHIR,
  ISSUER,
  openOauth,
  put,
  redeem,
  token,
} from '../../support/oauth.ts'

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const TOKEN = `${ISSUER}/token`

interface Pair {
  privateKey: CryptoKey
  jwk: ClientKey
}

async function pairOf(alg: string, kid: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 })
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg } as ClientKey & JWK }
}

let jtis = 0

async function assertion(
  { privateKey, jwk }: Pair,
  alg: string,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const all = { iss: 'backend', sub: 'backend', aud: TOKEN, exp: now + 240, jti: `jti-${++jtis}`, ...claims }
  const present = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return new SignJWT(present).setProtectedHeader({ alg, kid: jwk.kid, typ: 'JWT', ...header }).sign(privateKey)
}

function ask(browser: Browser, client_assertion: string, changes: Record<string, string> = {}): Promise<Answer> {
  return token(browser, {
    grant_type: 'client_credentials',
    scope: 'system/*.rs',
    client_assertion_type: TYPE,
    client_assertion,
    ...changes,
  })
}

t.test('backend services', async (t) => {
  const server = await openOauth(t)
  const { store } = server.services
  const [ec, rsa, stranger, weak] = await Promise.all([
    pairOf('ES384', 'ec'),
    pairOf('RS384', 'rsa'),
    pairOf('ES384', 'ec'),
    pairOf('RS256', 'rsa'),
  ])
  const facts = {
    kind: 'backend',
    redirectUris: [],
    scopes: ['system/*.rs', 'system/Claim.cruds', 'chartroom/admin'],
  } as const
  await addClient(store, {
    ...facts,
    id: 'backend',
    name: 'Backend',
    jwks: { keys: [ec.jwk, rsa.jwk] },
    role: 'insurer',
    organization: 'acme',
  })
  const browser = new Browser(server)

  t.test('get tokens of their own with ES384 and RS384', async (t) => {
    for (const [pair, alg] of [
      [ec, 'ES384'],
      [rsa, 'RS384'],
    ] as const) {
      const answer = await ask(browser, await assertion(pair, alg), {
        scope: 'system/Patient.rs system/Claim.c user/*.rs system/Patient.d',
      })
      t.equal(answer.status, 200, answer.text)
      t.match(answer.json, { token_type: 'Bearer', expires_in: 300, scope: 'system/Patient.rs system/Claim.c' })
      t.notOk(answer.json.refresh_token)
      const claims = decodeJwt(answer.json.access_token)
      t.match(claims, {
        aud: FHIR,
        client_id: 'backend',
        sub: 'backend',
        chartroom_role: 'insurer',
        chartroom_organization: 'acme',
      })
      t.notOk(claims.chartroom_grant)
    }
  })

  t.test('assertions that are refused', async (t) => {
    const now = Math.floor(Date.now() / 1000)
    const wrong: [string, Promise<string>][] = [
      ['expired', assertion(ec, 'ES384', { exp: now - 60 })],
      ['without an end', assertion(ec, 'ES384', { exp: undefined })],
      ['good for too long', assertion(ec, 'ES384', { exp: now + 3600 })],
      ['of a time to come', assertion(ec, 'ES384', { iat: now + 3600 })],
      ['for another audience', assertion(ec, 'ES384', { aud: 'https://evil.example/token' })],
      ['for the issuer, not the token endpoint', assertion(ec, 'ES384', { aud: ISSUER })],
      ['for several', assertion(ec, 'ES384', { aud: [TOKEN, 'https://evil.example/token'] })],
      ['without jti', assertion(ec, 'ES384', { jti: undefined })],
      ['of another issuer', assertion(ec, 'ES384', { iss: 'other' })],
      ['of a client that is not there', assertion(ec, 'ES384', { iss: 'nobody', sub: 'nobody' })],
      ['of another client', assertion(ec, 'ES384', { iss: 'app', sub: 'app' })],
      ['by a stranger under the kid', assertion(stranger, 'ES384')],
      ['by an algorithm that is not taken', assertion(weak, 'RS256')],
      ['without kid', assertion(ec, 'ES384', {}, { kid: undefined })],
      ['with another kid', assertion(ec, 'ES384', {}, { kid: 'other' })],
      ['with keys from elsewhere', assertion(ec, 'ES384', {}, { jku: 'https://evil.example/jwks' })],
      ['typed as something else', assertion(ec, 'ES384', {}, { typ: 'at+jwt' })],
      [
        'unsigned',
        assertion(ec, 'ES384').then(
          (jwt) => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${jwt.split('.')[1]}.`,
        ),
      ],
    ]
    for (const [what, made] of wrong) {
      const answer = await ask(browser, await made)
      t.match(answer, { status: 401, json: { error: 'invalid_client' } }, what)
      t.notOk(answer.json.access_token, what)
    }
    const good = await assertion(ec, 'ES384')
    t.match((await ask(browser, good, { client_assertion_type: 'x' })).json, { error: 'invalid_request' })
    t.match((await ask(browser, 'junk')).json, { error: 'invalid_request' })
    t.match((await ask(browser, good, { client_id: 'app' })).json, { error: 'invalid_request' })
  })

  t.test('an assertion is good once, also for those who send it at once', async (t) => {
    const used = await assertion(ec, 'ES384')
    t.equal((await ask(browser, used)).status, 200)
    t.match((await ask(browser, used)).json, { error: 'invalid_client' })
    const raced = await assertion(ec, 'ES384')
    const answers = await Promise.all(Array.from({ length: 5 }, () => ask(browser, raced)))
    t.equal(answers.filter(({ status }) => status === 200).length, 1)
    t.equal(answers.filter(({ status }) => status === 401).length, 4)
  })

  t.test('scopes that are not theirs, and grants that are not for them', async (t) => {
    for (const scope of ['patient/*.rs', 'user/*.cruds', 'system/AuditEvent.rs', 'openid', '', 'bogus']) {
      const answer = await ask(browser, await assertion(ec, 'ES384'), { scope })
      t.match(answer, { status: 400, json: { error: 'invalid_scope' } }, scope)
    }
    const public_ = await token(browser, { grant_type: 'client_credentials', client_id: 'app', scope: 'system/*.rs' })
    t.equal(public_.status, 400)
    t.equal((await browser.ask('GET', authorization({ client_id: 'backend' }).url)).status, 400)
    const admin = await ask(browser, await assertion(ec, 'ES384'), { scope: 'chartroom/admin' })
    t.equal(admin.json.scope, 'chartroom/admin')
  })

  t.test('keys at a URL, which may change', async (t) => {
    let [keys, asked, status] = [[ec.jwk], 0, 200]
    const site = createServer((_request, response) => {
      asked++
      response
        .writeHead(status, status === 302 ? { location: 'http://127.0.0.1:1/' } : {})
        .end(JSON.stringify({ keys }))
    }).listen(0, '127.0.0.1')
    t.teardown(() => site.close())
    await new Promise((resolve) => site.once('listening', resolve))
    const jwksUri = `http://127.0.0.1:${(site.address() as AddressInfo).port}/jwks`
    await addClient(store, { ...facts, id: 'by-url', name: 'By URL', jwksUri })
    const claims = { iss: 'by-url', sub: 'by-url' }
    const good = await ask(browser, await assertion(ec, 'ES384', claims, { jku: jwksUri }))
    t.equal(good.status, 200, good.text)
    t.equal((await ask(browser, await assertion(ec, 'ES384', claims))).status, 200)
    t.equal(asked, 1, 'kept for a while')
    t.equal((await ask(browser, await assertion(stranger, 'ES384', claims))).status, 401)
    for (const bad of [500, 302]) {
      status = bad
      await addClient(store, { ...facts, id: `broken-${bad}`, name: 'Broken', jwksUri: `${jwksUri}?${bad}` })
      const ids = { iss: `broken-${bad}`, sub: `broken-${bad}` }
      const answer = await ask(browser, await assertion(ec, 'ES384', ids))
      t.equal(answer.status, 401, `${bad}`)
    }
    keys = []
  })

  t.test('introspection and revocation', async (t) => {
    const { access_token } = (await ask(browser, await assertion(ec, 'ES384'))).json
    const post = async (path: string, values: Record<string, string>, by: Record<string, string>) =>
      browser.ask('POST', `${ISSUER}/${path}`, new URLSearchParams({ ...values, ...by }), {
        accept: 'application/json',
      })
    const auth = async () => ({ client_assertion_type: TYPE, client_assertion: await assertion(ec, 'ES384') })
    const mine = await post('introspect', { token: access_token }, await auth())
    t.match(mine.json, {
      active: true,
      client_id: 'backend',
      scope: 'system/*.rs',
      aud: FHIR,
      exp: Number,
      token_type: 'Bearer',
    })
    t.same(
      (await post('introspect', { token: access_token }, { client_id: 'app' })).json,
      { active: false },
      'a public client learns nothing of others',
    )
    t.equal(
      (await post('introspect', { token: access_token }, { client_id: 'backend' })).status,
      401,
      'nobody without proof',
    )
    t.same((await post('introspect', { token: `${access_token.slice(0, -6)}AAAAAA` }, await auth())).json, {
      active: false,
    })
    t.same((await post('introspect', { token: 'opaque' }, await auth())).json, { active: false })
    t.equal((await post('introspect', {}, await auth())).status, 400)

    const { url, verifier } = authorization({ scope: 'launch/patient patient/*.rs offline_access' })
    await put(server, { resourceType: 'Patient', id: 'p1', name: [{ family: 'Lindqvist' }] })
    const users = (await redeem(browser, await allow(browser, url), verifier)).json
    const theirs = await post('introspect', { token: users.access_token }, await auth())
    t.match(theirs.json, { active: true, client_id: 'app', patient: 'p1', fhirUser: `${FHIR}/Practitioner/ada` })

    t.equal((await post('revoke', { token: users.access_token }, await auth())).status, 200)
    t.match(
      (await post('introspect', { token: users.access_token }, await auth())).json,
      { active: true },
      'not by another client',
    )
    t.equal((await post('revoke', { token: access_token }, await auth())).status, 200)
    t.same((await post('introspect', { token: access_token }, await auth())).json, { active: false })
    t.ok(await store.state.get('revoked', String(decodeJwt(access_token).jti)))

    t.equal(
      (await post('revoke', { token: users.refresh_token, token_type_hint: 'refresh_token' }, { client_id: 'app' }))
        .status,
      200,
    )
    t.same(
      (await post('introspect', { token: users.access_token }, await auth())).json,
      { active: false },
      'the access token goes with it',
    )
    const again = await token(browser, {
      grant_type: 'refresh_token',
      refresh_token: users.refresh_token,
      client_id: 'app',
    })
    t.match(again.json, { error: 'invalid_grant' })
  })

  t.test('a disabled client gets nothing, and what it has is of no use', async (t) => {
    const own = await pairOf('ES384', 'own')
    await addClient(store, { ...facts, id: 'leaving', name: 'Leaving', jwks: { keys: [own.jwk] } })
    const ids = { iss: 'leaving', sub: 'leaving' }
    t.equal((await ask(browser, await assertion(own, 'ES384', ids))).status, 200)
    await setClientDisabled(store, 'leaving', true)
    t.match(await ask(browser, await assertion(own, 'ES384', ids)), { status: 401, json: { error: 'invalid_client' } })
  })

  t.test('confidential apps authenticate by their secret, in the header or the body', async (t) => {
    const scopes = ['openid', 'launch/patient', 'patient/*.rs', 'offline_access']
    const { secret = '' } = await addClient(store, {
      id: 'conf',
      name: 'Confidential',
      kind: 'confidential',
      redirectUris: [CALLBACK],
      scopes,
    })
    const code = async () => {
      const { url, verifier } = authorization({ client_id: 'conf', scope: scopes.join(' ') })
      const callback = await allow(browser, url)
      return {
        grant_type: 'authorization_code',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: CALLBACK,
        code_verifier: verifier,
      }
    }
    const basic = (value: string) => ({ authorization: `Basic ${Buffer.from(`conf:${value}`).toString('base64')}` })
    const first = await code()
    t.equal((await token(browser, { ...first, client_id: 'conf' })).status, 401, 'no secret')
    t.equal((await token(browser, first, basic('wrong'))).status, 401)
    t.equal(
      (await token(browser, { ...first, code_verifier: 'x'.repeat(43) }, basic(secret))).status,
      400,
      'PKCE for them, too',
    )
    t.equal((await token(browser, first, basic(secret))).status, 200)
    t.equal((await token(browser, { ...(await code()), client_id: 'conf', client_secret: secret })).status, 200)
    const renewed = await renewSecret(store, 'conf')
    t.equal((await token(browser, await code(), basic(secret))).status, 401, 'the old one')
    t.equal((await token(browser, await code(), basic(renewed))).status, 200)
    const scope = 'system/*.rs'
    t.match((await token(browser, { grant_type: 'client_credentials', scope }, basic(renewed))).status, 400)
  })
})

import t from 'tap'
import { rotateKeys } from '../../../auth/smart/keys.ts'
import { FhirError } from '../../../resources/fhir-error.ts'
import type { Store } from '../../../resources/store/port.ts'
import { allow, authorization, Browser, CALLBACK, FHIR, ISSUER, openOauth, redeem, token } from '../../support/oauth.ts'
import { openServer } from '../../support/server.ts'

t.test('what the server says of itself', async (t) => {
  const server = await openOauth(t)
  const browser = new Browser(server)
  const smart = await server.get('.well-known/smart-configuration')
  t.equal(smart.status, 200, 'without a token')
  t.equal(smart.headers['access-control-allow-origin'], '*')
  t.match(smart.json, {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: `${ISSUER}/token`,
    jwks_uri: `${ISSUER}/jwks`,
    introspection_endpoint: `${ISSUER}/introspect`,
    revocation_endpoint: `${ISSUER}/revoke`,
    management_endpoint: `${ISSUER}/account`,
    code_challenge_methods_supported: ['S256'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_signing_alg_values_supported: ['ES384', 'RS384'],
  })
  t.notOk(smart.json.registration_endpoint)
  const discovery = (await browser.ask('GET', `${ISSUER}/.well-known/openid-configuration`)).json
  for (const [name, value] of Object.entries(smart.json)) {
    if (/endpoint$|^issuer$|jwks_uri/.test(name) && name !== 'management_endpoint')
      t.equal(discovery[name], value, name)
  }
  t.same(discovery.response_modes_supported, ['query', 'fragment'])
  t.ok(discovery.id_token_signing_alg_values_supported.includes('RS256'))
  for (const path of ['authorize', 'account']) t.not((await browser.ask('GET', `${ISSUER}/${path}`)).status, 404)
  for (const path of ['token', 'introspect', 'revoke', 'launch'])
    t.not((await browser.ask('POST', `${ISSUER}/${path}`, '')).status, 404)
  t.equal((await browser.ask('POST', `${ISSUER}/register`, '')).status, 404, 'nobody registers himself')

  const [security] = (await server.get('metadata')).json.rest.map((rest: { security: unknown }) => rest.security)
  t.match(security.service, [{ coding: [{ code: 'SMART-on-FHIR' }] }])
  const [{ url, extension }] = security.extension
  t.equal(url, 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris')
  t.match(extension, [
    { url: 'authorize', valueUri: `${ISSUER}/authorize` },
    { url: 'token', valueUri: `${ISSUER}/token` },
  ])
})

t.test('keys are told without what signs, and change', async (t) => {
  const server = await openOauth(t)
  const browser = new Browser(server)
  const { keys } = (await browser.ask('GET', `${ISSUER}/jwks`)).json
  t.same(keys.map(({ kty }: { kty: string }) => kty).sort(), ['EC', 'RSA'])
  for (const key of keys) for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) t.notOk(member in key)
  const made = await rotateKeys(server.services.store, false)
  const after = (await browser.ask('GET', `${ISSUER}/jwks`)).json.keys
  t.equal(after.length, 4, 'old ones stay while what they have signed lives')
  t.same(after.map(({ kid }: { kid: string }) => kid).sort(), made.map(({ kid }) => kid).sort())
})

t.test('AUTH=off: there is no authorization server', async (t) => {
  const server = await openServer(t)
  for (const url of ['/oauth/authorize', '/oauth/jwks', '/oauth/account', '/fhir/.well-known/smart-configuration']) {
    t.equal((await server.app.inject(url)).statusCode, 404, url)
  }
})

t.test('clients register themselves where a setting lets them', async (t) => {
  const server = await openOauth(t, { CHARTROOM_DYNAMIC_REGISTRATION: 'on' })
  const register = async (body: unknown) => {
    const payload = typeof body === 'string' ? body : JSON.stringify(body)
    const answer = await server.app.inject({
      method: 'POST',
      url: '/oauth/register',
      headers: { 'content-type': 'application/json' },
      payload,
    })
    return { status: answer.statusCode, json: answer.json() }
  }
  t.equal((await server.get('.well-known/smart-configuration')).json.registration_endpoint, `${ISSUER}/register`)
  const app = {
    client_name: 'New',
    redirect_uris: [CALLBACK],
    scope: 'openid patient/*.rs',
    token_endpoint_auth_method: 'none',
  }
  const made = await register(app)
  t.match(made, { status: 201, json: { client_id: String, scope: app.scope, redirect_uris: [CALLBACK] } })
  t.notOk(made.json.client_secret)
  const browser = new Browser(server)
  const { url, verifier } = authorization({ client_id: made.json.client_id, scope: 'openid' })
  t.match((await redeem(browser, await allow(browser, url), verifier, made.json.client_id)).json, { scope: 'openid' })
  const confidential = await register({ ...app, token_endpoint_auth_method: 'client_secret_basic' })
  t.match(confidential.json, { client_secret: /^[\w-]{43}$/, client_secret_expires_at: 0 })
  t.match(await register({ ...app, redirect_uris: ['http://evil.example/'] }), {
    status: 400,
    json: { error: 'invalid_redirect_uri' },
  })
  for (const bad of [
    '{',
    '[]',
    '7',
    {},
    { ...app, scope: 'chartroom/admin' },
    { ...app, client_id: 'app', redirect_uris: [] },
  ]) {
    t.match(await register(bad), { status: 400, json: { error: /^invalid_/ } }, JSON.stringify(bad))
  }
  t.not(made.json.client_id, 'app')
})

t.test('requests are counted', async (t) => {
  const server = await openOauth(t, { CHARTROOM_OAUTH_RATE_LIMIT: '3' })
  const browser = new Browser(server)
  const ask = () => token(browser, { grant_type: 'authorization_code', client_id: 'app' })
  for (let at = 0; at < 3; at++) t.equal((await ask()).status, 400)
  const refused = await ask()
  t.equal(refused.status, 429)
  t.ok(refused.headers['retry-after'])
  t.match(refused.json, { error: String })
})

t.test('a store that cannot be reached is a fault of the server, told as one that passes', async (t) => {
  const server = await openOauth(t)
  const browser = new Browser(server)
  await browser.ask('GET', `${ISSUER}/jwks`)
  const { state } = server.services.store
  const { get } = state
  state.get = () => Promise.reject(FhirError.of('unavailable', 'The store cannot be reached: secret words.'))
  t.teardown(() => {
    ;(state as Store['state']).get = get
  })
  const answers = [
    await token(browser, {
      grant_type: 'authorization_code',
      client_id: 'app',
      code: 'x',
      redirect_uri: CALLBACK,
      code_verifier: 'x',
    }),
    await browser.ask('GET', `${ISSUER}/userinfo`, undefined, { authorization: 'Bearer a.b.c' }),
    await browser.ask('GET', authorization().url),
  ]
  t.match(answers[0], { status: 503, json: { error: 'temporarily_unavailable' } })
  for (const { text } of answers) t.notMatch(text, /secret words/)
  t.ok(server.log.some((line) => /"status":5\d\d/.test(line) && /"detail"/.test(line)))
  t.equal(FHIR, server.services.baseUrl)
})

import type { AddressInfo } from 'node:net'
import t from 'tap'
import { openIssuer } from '../../support/issuer.ts'
import { listen, sendRaw } from '../../support/listen.ts'
import { openServer, type Reply } from '../../support/server.ts'
import { inSeconds, signingKey } from '../../support/tokens.ts'

/** A server that asks for tokens of one issuer. */
async function setUp(t: Parameters<typeof openServer>[0], environment: Record<string, string> = {}) {
  const issuer = await openIssuer(t)
  const server = await openServer(t, { AUTH: 'on', AUTH_ISSUERS: issuer.url, ...environment })
  return { issuer, server }
}

const challenge = ({ headers }: Reply) => headers['www-authenticate'] ?? ''

t.test('without a token: 401, a challenge without an error, and an OperationOutcome, whatever is asked', async (t) => {
  const { server } = await setUp(t)
  const asked: [string, string][] = [
    ['GET', 'Patient'],
    ['GET', 'Patient/1'],
    ['HEAD', 'Patient/1'],
    ['OPTIONS', 'Patient/1'],
    ['POST', ''],
    ['POST', 'Patient'],
    ['PUT', 'Patient/1'],
    ['PATCH', 'Patient/1'],
    ['DELETE', 'Patient/1'],
    ['GET', ''],
    ['GET', '_history'],
    ['POST', '_search'],
    ['GET', '$reindex'],
    ['POST', '$reindex'],
    ['GET', 'Patient/1/$everything'],
    ['GET', 'no/such/thing/at/all'],
    ['GET', 'metadata/x'],
    ['GET', 'metadata/../Patient'],
    ['GET', '.well-known/../Patient/1'],
    ['GET', '%6detadata'],
  ]
  for (const [method, path] of asked) {
    const reply = await server.ask(method, path)
    t.equal(reply.status, 401, `${method} ${path}`)
    t.equal(challenge(reply), 'Bearer realm="chartroom"')
    if (method !== 'HEAD') t.match(reply.json, { resourceType: 'OperationOutcome', issue: [{ code: 'login' }] })
  }
})

t.test('what is open to all', async (t) => {
  const { server } = await setUp(t)
  t.match(await server.get('metadata'), { status: 200, json: { resourceType: 'CapabilityStatement' } })
  t.match((await server.get('metadata')).json.rest[0].security, { service: [{ coding: [{ code: 'SMART-on-FHIR' }] }] })
  t.equal((await server.get('metadata?_format=json')).status, 200)
  t.equal(
    (await server.get('metadata', { authorization: 'Bearer garbage' })).status,
    200,
    'a bad token does not matter',
  )
  t.equal((await server.ask('POST', 'metadata', {})).status, 405)
  t.not((await server.get('.well-known/smart-configuration')).status, 401)
  for (const url of ['/livez', '/readyz', '/']) t.equal((await server.app.inject(url)).statusCode, 200, url)
})

t.test('a good token comes in, with what its scopes give', async (t) => {
  const { issuer, server } = await setUp(t)
  const all = await issuer.bearer({ scope: 'system/*.cruds' })
  t.equal((await server.put('Patient/p', { resourceType: 'Patient', id: 'p' }, all)).status, 201)
  t.equal((await server.get('Patient/p', all)).status, 200)
  const lower = { authorization: all.authorization.replace('Bearer', 'bearer') }
  t.equal((await server.get('Patient/p', lower)).status, 200, 'schemes know no case')
  const reader = await issuer.bearer({ scope: 'system/Observation.rs' })
  const refused = await server.get('Patient/p', reader)
  t.match(refused, { status: 403, json: { issue: [{ code: 'forbidden', diagnostics: /Patient\.r/ }] } })
  t.match(challenge(refused), /error="insufficient_scope"/)
  t.equal((await server.get('Observation', reader)).status, 200)
  const nothing = await issuer.bearer({ scope: undefined })
  t.equal((await server.get('Patient/p', nothing)).status, 403)
})

t.test('a refusal tells whether a scope or the role is lacking', async (t) => {
  const { issuer, server } = await setUp(t, { CHARTROOM_TRUST_ROLES: 'on' })
  const biller = await issuer.bearer({ scope: 'user/Condition.r user/Claim.r', chartroom_role: 'biller' })
  const words = async (path: string, more = {}) =>
    (await server.get(path, { ...biller, ...more })).json.issue[0].diagnostics
  t.equal(await words('Claim'), 'This takes a scope with Claim.s.')
  t.equal(await words('Condition'), 'This takes a scope with Condition.s.', 'both are lacking')
  t.equal(await words('Condition/x'), 'The role biller does not have Condition.r, whatever the scopes of its token.')
  t.equal(await words('$reindex'), 'This takes the scope chartroom/admin.')
  const admin = await issuer.bearer({ scope: 'user/*.rs chartroom/admin', chartroom_role: 'biller' })
  const refused = await server.get('$reindex', admin)
  t.match(refused, { status: 403, json: { issue: [{ diagnostics: 'The role biller may not do this: reindex.' }] } })
  const plain = await issuer.bearer({ scope: 'user/Claim.r' })
  t.equal((await server.get('Condition/x', plain)).json.issue[0].diagnostics, 'This takes a scope with Condition.r.')
})

t.test('a token that is not accepted: 401 invalid_token, with nothing of it in words', async (t) => {
  const { issuer, server } = await setUp(t)
  const stranger = await signingKey('first')
  const good = await issuer.token()
  const bad: Record<string, string> = {
    expired: await issuer.token({ exp: inSeconds(-120) }),
    'not yet': await issuer.token({ nbf: inSeconds(120) }),
    'another issuer': await issuer.token({ iss: 'https://evil.example' }),
    'another audience': await issuer.token({ aud: 'https://evil.example/fhir' }),
    'ID token': await issuer.token({ nonce: 'n' }),
    'another key': await issuer.token({}, stranger),
    'without exp': await issuer.token({ exp: undefined }),
    cut: good.slice(0, -4),
    garbage: 'garbage',
    huge: 'a'.repeat(100_000),
  }
  for (const [name, token] of Object.entries(bad)) {
    const reply = await server.get('Patient', { authorization: `Bearer ${token}` })
    t.match(reply, { status: 401, json: { resourceType: 'OperationOutcome' } }, name)
    t.match(challenge(reply), /^Bearer realm="chartroom", error="invalid_token", error_description="[^"\\]+"$/, name)
    t.notOk(reply.text.includes(token) || challenge(reply).includes(token), 'and it is not repeated')
  }
  t.match((await server.get('Patient', { authorization: `Bearer ${bad.expired}` })).json.issue, [{ code: 'expired' }])
  for (const authorization of [
    '',
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    `Bearer ${good} ${good}`,
    `Bearer "${good}"`,
    good,
  ]) {
    t.equal((await server.get('Patient', { authorization })).status, 401, authorization.slice(0, 20))
  }
})

t.test('a token in the URL is refused, however it is written, also beside a good one', async (t) => {
  const { issuer, server } = await setUp(t)
  const token = await issuer.token({ scope: 'system/*.cruds' })
  const headers = { authorization: `Bearer ${token}` }
  for (const query of [`access_token=${token}`, `a=b&access%5Ftoken=${token}`, 'ACCESS_TOKEN=x', 'access_token']) {
    t.equal((await server.get(`Patient?${query}`)).status, 400, query.slice(0, 20))
    t.equal((await server.get(`Patient?${query}`, headers)).status, 400)
  }
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  t.equal((await server.post('Patient/_search', `access_token=${token}`, form)).status, 401, 'nor in a form')
})

t.test('two Authorization headers are refused', async (t) => {
  const issuer = await openIssuer(t)
  const { port } = await listen(t, { AUTH: 'on', AUTH_ISSUERS: issuer.url })
  const { authorization } = await issuer.bearer({ scope: 'system/*.cruds' })
  const ask = (...lines: string[]) =>
    sendRaw(t, port, `GET /fhir/Patient HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines.join('\r\n')}\r\n\r\n`)
  t.match(await ask(`Authorization: ${authorization}`), /^HTTP\/1.1 200/)
  t.match(await ask(`Authorization: ${authorization}`, `authorization: ${authorization}`), /^HTTP\/1.1 400/)
  t.match(await ask(`Authorization: ${authorization}`, 'AUTHORIZATION: Bearer x'), /^HTTP\/1.1 400/)
})

t.test('who has no token is answered before anything of a body is read', async (t) => {
  const { issuer, server } = await setUp(t)
  let read = 0
  server.app.addHook('preParsing', async () => {
    read++
  })
  const body = { resourceType: 'Patient', name: [{ text: 'x'.repeat(1_000_000) }] }
  t.equal((await server.post('Patient', body)).status, 401)
  t.equal((await server.post('Patient', body, { authorization: 'Bearer x' })).status, 401)
  t.equal(read, 0)
  await server.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.app.server.address() as AddressInfo
  const head = 'POST /fhir HTTP/1.1\r\nHost: x\r\nContent-Type: application/fhir+json\r\nContent-Length: 9000000\r\n'
  t.match(await sendRaw(t, port, `${head}Connection: close\r\n\r\n{"resourceType":`), /^HTTP\/1.1 401/)
  t.equal(read, 0)
  t.equal((await server.post('Patient', body, await issuer.bearer({ scope: 'user/*.cruds' }))).status, 201)
  t.equal(read, 1)
})

t.test('the log says who asked, and nothing that opens a door', async (t) => {
  const { issuer, server } = await setUp(t)
  const token = await issuer.token({ sub: 'ann.miller', client_id: 'app-7', scope: 'system/*.rs' })
  await server.get('Patient?name=x', { authorization: `Bearer ${token}` })
  await server.get('Patient/none', { authorization: `Bearer ${token}` })
  const other = await issuer.bearer({ sub: 'bob', client_id: 'app-7', scope: 'system/*.rs' })
  await server.get('Patient', other)
  await server.get('Patient', { authorization: 'Bearer abc.def.ghi' })
  const lines = server.log.map((line) => JSON.parse(line) as { client?: string; subject?: string; status: number })
  t.match(
    lines.map(({ client, status }) => [client, status]),
    [
      ['app-7', 200],
      ['app-7', 404],
      ['app-7', 200],
      [undefined, 401],
    ],
  )
  t.match(lines[0]!.subject, /^[\w-]{16}$/)
  t.equal(lines[0]!.subject, lines[1]!.subject)
  t.not(lines[0]!.subject, lines[2]!.subject)
  const text = server.log.join('')
  for (const part of [...token.split('.'), 'ann.miller', 'abc.def', 'Bearer']) t.notOk(text.includes(part), part)
})

t.test('with AUTH off a token is of no weight', async (t) => {
  const server = await openServer(t)
  t.equal((await server.get('Patient', { authorization: 'Bearer garbage' })).status, 200)
})

t.test('roles of another issuer are of weight only where they are trusted', async (t) => {
  const issuer = await openIssuer(t)
  const claims = { scope: 'user/*.rs', chartroom_role: 'no-such-role' }
  for (const [trust, status] of [
    ['off', 200],
    ['on', 403],
  ] as const) {
    const server = await openServer(t, { AUTH: 'on', AUTH_ISSUERS: issuer.url, CHARTROOM_TRUST_ROLES: trust })
    t.equal((await server.get('Patient', await issuer.bearer(claims))).status, status, trust)
  }
  const server = await openServer(t, { AUTH: 'on', AUTH_ISSUERS: issuer.url, CHARTROOM_UNKNOWN_ROLE: 'deny' })
  t.equal((await server.get('Patient', await issuer.bearer({ scope: 'user/*.rs' }))).status, 403)
})

t.test('a token of one key is not of another issuer', async (t) => {
  const [one, two] = [await openIssuer(t), await openIssuer(t)]
  const server = await openServer(t, { AUTH: 'on', AUTH_ISSUERS: `${one.url},${two.url}` })
  const token = await one.token({}, two.keys[0])
  t.equal((await server.get('Patient', { authorization: `Bearer ${token}` })).status, 401)
  t.equal((await server.get('Patient', await one.bearer())).status, 200)
  t.equal((await server.get('Patient', await two.bearer())).status, 200)
})

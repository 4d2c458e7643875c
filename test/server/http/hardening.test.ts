import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { cutSilent } from '../../../server/http/silent-sockets.ts'
import { openIssuer } from '../../support/issuer.ts'
import { listen, sendRaw } from '../../support/listen.ts'
import { openServer } from '../../support/server.ts'

const APP = 'https://app.example'

t.test('every answer forbids to run, frame, sniff or keep it', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await server.app.ready()
  const wanted = {
    'content-security-policy': /^default-src 'none'/,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    'cache-control': 'no-store',
  }
  for (const url of [
    '/fhir/metadata',
    '/fhir/Patient/1',
    '/none',
    '/livez',
    '/',
    '/%zz',
    '/fhir/Patient?access_token=x',
  ]) {
    const { headers, statusCode } = await server.app.inject(url)
    t.match(headers, wanted, `${statusCode} ${url}`)
    t.notOk(headers['strict-transport-security'], 'without TLS nothing is said of it')
  }
  const secure = await openServer(t, { PUBLIC_URL: 'https://fhir.hospital.example' })
  const { headers } = await secure.get('metadata')
  t.match(headers['strict-transport-security'], /^max-age=31536000/)
})

t.test('CORS: none without the setting', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  const preflight = { origin: APP, 'access-control-request-method': 'GET' }
  const reply = await server.ask('OPTIONS', 'Patient', undefined, preflight)
  t.equal(reply.status, 401)
  const headers = Object.keys((await server.get('metadata', { origin: APP })).headers)
  t.notOk(headers.some((name) => name.startsWith('access-control')))
})

t.test('CORS: by the allow-list, with what scripts need, and without cookies', async (t) => {
  const issuer = await openIssuer(t)
  const settings = { AUTH: 'on', AUTH_ISSUERS: issuer.url, CHARTROOM_CORS_ORIGINS: `${APP}, http://localhost:3000` }
  const server = await openServer(t, settings)
  const headers = await issuer.bearer({ scope: 'system/*.cruds' })
  const preflight = (origin: string) =>
    server.ask('OPTIONS', 'Patient/1', undefined, {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,if-match',
    })
  t.match(await preflight(APP), {
    status: 204,
    headers: {
      'access-control-allow-origin': APP,
      'access-control-allow-methods': /PUT/,
      'access-control-allow-headers': /authorization/,
      vary: /Origin/,
    },
  })
  const reply = await server.put('Patient/p', { resourceType: 'Patient', id: 'p' }, { ...headers, origin: APP })
  t.match(reply, { status: 201, headers: { 'access-control-allow-origin': APP } })
  for (const name of ['ETag', 'Location', 'Last-Modified', 'X-Request-Id', 'Content-Location']) {
    t.match(reply.headers['access-control-expose-headers'], new RegExp(name))
  }
  t.notOk(reply.headers['access-control-allow-credentials'])
  const refused = await server.get('Patient/p', { origin: APP })
  t.match(refused, { status: 401, headers: { 'access-control-allow-origin': APP } }, 'a script sees why')
  for (const origin of [
    'https://evil.example',
    'https://app.example.evil.example',
    'https://x.app.example',
    'null',
    '*',
  ]) {
    t.equal((await preflight(origin)).status, 401, origin)
    const answer = await server.get('Patient/p', { ...headers, origin })
    t.notOk(answer.headers['access-control-allow-origin'], origin)
  }
  t.equal((await server.ask('OPTIONS', 'Patient', undefined, headers)).status, 405, 'OPTIONS that is no preflight')
  t.match((await server.get('metadata')).json.rest[0].security.cors, true)
})

t.test('with AUTH off the allow-list opens the way for its pages alone', async (t) => {
  const server = await openServer(t, { CHARTROOM_CORS_ORIGINS: APP })
  const host = '127.0.0.1:8080'
  t.match(await server.get('Patient', { host, origin: APP }), {
    status: 200,
    headers: { 'access-control-allow-origin': APP },
  })
  t.equal((await server.get('Patient', { host, origin: 'https://evil.example' })).status, 403)
  t.equal((await server.get('Patient', { host: 'evil.example', origin: APP })).status, 403, 'rebinding')
})

t.test('requests are counted by client and user, and others by address', async (t) => {
  const issuer = await openIssuer(t)
  const settings = { AUTH: 'on', AUTH_ISSUERS: issuer.url, CHARTROOM_RATE_LIMIT: '3' }
  const server = await openServer(t, settings)
  const ann = await issuer.bearer({ sub: 'ann' })
  const bob = await issuer.bearer({ sub: 'bob' })
  for (const left of ['2', '1', '0']) {
    t.match(await server.get('Patient', ann), {
      status: 200,
      headers: { 'ratelimit-limit': '3', 'ratelimit-remaining': left },
    })
  }
  const refused = await server.get('Patient', ann)
  t.match(refused, { status: 429, headers: { 'retry-after': /^\d+$/, 'ratelimit-remaining': '0' } })
  t.match(refused.json, { resourceType: 'OperationOutcome', issue: [{ code: 'throttled' }] })
  t.equal((await server.get('Patient', await issuer.bearer({ sub: 'ann' }))).status, 429, 'another token of the same')
  t.equal((await server.get('Patient', bob)).status, 200, 'others are not held up')
  for (const _ of [1, 2, 3]) t.equal((await server.get('Patient', { authorization: 'Bearer guess' })).status, 401)
  t.equal((await server.get('Patient', { authorization: 'Bearer guess' })).status, 429, 'guessing has its limit')
  t.equal((await server.get('metadata')).status, 429)
  t.equal((await server.app.inject('/livez')).statusCode, 200)
})

t.test('without the setting /fhir is not counted; /oauth is, by address', async (t) => {
  const server = await openServer(t, { AUTH: 'on', CHARTROOM_OAUTH_RATE_LIMIT: '2' })
  const { headers } = await server.get('metadata')
  t.notOk(headers['ratelimit-limit'])
  const ask = (remoteAddress: string, more = {}) =>
    server.app.inject({ method: 'POST', url: '/oauth/token', remoteAddress, headers: more })
  for (const _ of [1, 2]) t.not((await ask('10.1.1.1')).statusCode, 429)
  t.equal((await ask('10.1.1.1')).statusCode, 429)
  t.not((await ask('10.1.1.2')).statusCode, 429)
  t.equal((await ask('10.1.1.1', { 'x-forwarded-for': '10.9.9.9' })).statusCode, 429, 'who says it is another one')
})

t.test('a proxy that is trusted tells the address of the client; another does not', async (t) => {
  const settings = { AUTH: 'on', CHARTROOM_OAUTH_RATE_LIMIT: '1', CHARTROOM_TRUSTED_PROXIES: '10.0.0.0/8' }
  const server = await openServer(t, settings)
  const ask = async (remoteAddress: string, client: string) =>
    (await server.app.inject({ url: '/oauth/x', remoteAddress, headers: { 'x-forwarded-for': client } })).statusCode
  t.not(await ask('10.0.0.1', '203.0.113.1'), 429)
  t.not(await ask('10.0.0.1', '203.0.113.2'), 429)
  t.equal(await ask('10.0.0.2', '203.0.113.1'), 429)
  t.not(await ask('192.0.2.1', '203.0.113.3'), 429)
  t.equal(await ask('192.0.2.1', '203.0.113.4'), 429)
})

t.test('a head that comes in slowly is cut', async (t) => {
  const { server, port } = await listen(t)
  t.equal(server.app.server.headersTimeout, 15_000)
  t.equal(server.app.server.requestTimeout, 300_000)
  server.app.server.headersTimeout = 300
  t.match(await sendRaw(t, port, 'GET /fhir/metadata HTTP/1.1\r\nHost: localhost\r\nX-Slow: '), /^HTTP\/1.1 408/)
  const body =
    'POST /fhir HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\nContent-Length: 100\r\n\r\n{'
  server.app.server.requestTimeout = 400
  t.match(await sendRaw(t, port, body), /^HTTP\/1.1 408/)
})

t.test('a connection that says nothing is cut; one that waits for its answer is not', async (t) => {
  const server = createServer((_request, response) => void setTimeout(400, undefined).then(() => response.end('late')))
  cutSilent(server, 100)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  t.equal(await sendRaw(t, port, ''), '')
  t.match(await sendRaw(t, port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'), /late$/)
  const { server: own } = await listen(t)
  t.equal(own.app.server.keepAliveTimeout, 72_000)
  t.ok(own.app.server.listenerCount('connection') > 1)
})

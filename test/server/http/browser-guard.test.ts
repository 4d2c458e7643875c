import t from 'tap'
import { openServer, type TestServer } from '../../support/server.ts'

const REFUSED = {
  status: 403,
  headers: { 'content-type': /^application\/fhir\+json/ },
  json: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'forbidden' }] },
}

const status = async (server: TestServer, headers: Record<string, string>) =>
  (await server.get('metadata', headers)).status

t.test('a Host that is not this server: 403, whatever is asked', async (t) => {
  const server = await openServer(t)
  const hosts = ['evil.example', 'evil.example:8080', 'localhost.evil.example', '127.0.0.1.evil.example', '10.0.0.1']
  for (const host of [...hosts, 'evil.example:127', '127.0.0.1@evil.example', '[::2]:8080', 'user@localhost']) {
    t.match(await server.get('metadata', { host }), REFUSED, host)
  }
  const host = 'evil.example'
  t.match(await server.put('Patient/p', { resourceType: 'Patient', id: 'p' }, { host }), REFUSED)
  t.equal((await server.get('Patient/p')).status, 404, 'and it is not done')
  for (const url of ['/', '/livez', '/readyz', '/none']) {
    t.equal((await server.app.inject({ url, headers: { host } })).statusCode, 403, url)
  }
})

t.test('loopback passes by each of its names', async (t) => {
  const server = await openServer(t)
  for (const host of [
    'localhost',
    'LocalHost:8080',
    '127.0.0.1',
    '127.0.0.1:9',
    '127.1.2.3:8080',
    '[::1]:8080',
    '[::1]',
  ]) {
    t.equal(await status(server, { host }), 200, host)
  }
})

t.test("another origin's page: 403", async (t) => {
  const server = await openServer(t)
  const foreign = ['http://evil.example', 'null', 'http://localhost:3000', 'https://127.0.0.1:8080', 'http://127.0.0.1']
  for (const origin of foreign) {
    t.match(await server.get('metadata', { host: '127.0.0.1:8080', origin }), REFUSED, origin)
    const body = { resourceType: 'Patient', id: 'p' }
    t.match(await server.put('Patient/p', body, { host: '127.0.0.1:8080', origin }), REFUSED, `PUT ${origin}`)
  }
  t.match(await server.get('metadata', { host: 'evil.example', origin: 'http://evil.example' }), REFUSED, 'rebinding')
  t.equal((await server.get('Patient/p')).status, 404, 'and nothing is done')
})

t.test("this server's own pages pass", async (t) => {
  const server = await openServer(t)
  t.equal(await status(server, { host: '127.0.0.1:8080', origin: 'http://127.0.0.1:8080' }), 200)
  t.equal(await status(server, { host: 'localhost:8080', origin: 'http://localhost:8080' }), 200)
  t.equal(await status(server, { host: 'localhost:8080', origin: 'http://127.0.0.1:8080' }), 200, 'PUBLIC_URL')
})

t.test('a PUBLIC_URL of its own: its host and its origin pass, and no neighbour of it', async (t) => {
  const server = await openServer(t, { PUBLIC_URL: 'https://fhir.hospital.example/' })
  const host = 'fhir.hospital.example'
  t.equal(await status(server, { host }), 200)
  t.equal(await status(server, { host, origin: `https://${host}` }), 200)
  t.equal(await status(server, { host: 'localhost:8080', origin: `https://${host}` }), 200, 'behind a proxy')
  t.equal(await status(server, { host: '127.0.0.1:8080' }), 200, 'loopback still')
  t.equal(await status(server, { host: 'hospital.example' }), 403)
  t.equal(await status(server, { host: `x.${host}` }), 403)
  t.equal(await status(server, { host, origin: `https://x.${host}` }), 403)
  t.equal(await status(server, { host, origin: 'https://evil.example' }), 403)
})

t.test('a PUBLIC_URL with a port', async (t) => {
  const server = await openServer(t, { PUBLIC_URL: 'https://fhir.hospital.example:8443' })
  t.equal(await status(server, { host: 'fhir.hospital.example:8443' }), 200)
  t.equal(await status(server, { host: 'fhir.hospital.example:8444' }), 403)
  t.match(
    server.log.map((line) => JSON.parse(line).status),
    [200, 403],
    'refusals have their line',
  )
  t.notMatch(server.log.join(''), /hospital/)
})

import t, { type Test } from 'tap'
import { type Listening, listen, sendRaw } from '../../support/listen.ts'
import { openServer, type TestServer } from '../../support/server.ts'

const SECRET = 'Zyxwvut'

const patient = { resourceType: 'Patient', id: SECRET, name: [{ family: SECRET }] }

/** Fields that a line may have, and routes that may stand in it. */
const FIELDS = ['level', 'time', 'id', 'method', 'status', 'ms', 'route', 'type', 'interaction', 'msg']
const ROUTES =
  /^(unknown|\/|\/livez|\/readyz|\/fhir(\/(metadata|_history|:type(\/(_search|_history|:id(\/_history(\/:version)?)?))?|\*)?)?)$/

/** Headers that tell of a patient, a caller or a secret. */
const TELLING = {
  authorization: `Bearer ${SECRET}`,
  cookie: SECRET,
  referer: `http://127.0.0.1/${SECRET}`,
  'user-agent': SECRET,
  'if-none-exist': `identifier=${SECRET}`,
  'if-match': `W/"${SECRET}"`,
  'idempotency-key': SECRET,
  'x-security-context': `Patient/${SECRET}`,
  prefer: SECRET,
}

type Case = [method: string, path: string, body: unknown, line: object]

const entry = [{ fullUrl: `urn:x:${SECRET}`, resource: patient, request: { method: 'PUT', url: `Patient/${SECRET}` } }]

const CASES: Case[] = [
  [
    'GET',
    `Patient/${SECRET}`,
    undefined,
    { status: 404, route: '/fhir/:type/:id', type: 'Patient', interaction: 'read' },
  ],
  ['GET', `Patient/${SECRET}/_history/${SECRET}`, undefined, { route: '/fhir/:type/:id/_history/:version' }],
  ['GET', `Patient/${SECRET}/${SECRET}`, undefined, { status: 404 }],
  ['GET', `${SECRET}/${SECRET}?${SECRET}=${SECRET}`, undefined, { status: 404 }],
  ['GET', `Patient?family=${SECRET}`, undefined, { status: 200, route: '/fhir/:type', interaction: 'search-type' }],
  ['GET', `Patient?_cursor=${SECRET}`, undefined, { status: 400, route: '/fhir/:type', interaction: 'search-type' }],
  ['GET', `Patient?${SECRET}=1`, undefined, { route: '/fhir/:type' }],
  ['POST', 'Patient', { ...patient, gender: SECRET }, { status: 400, route: '/fhir/:type', interaction: 'create' }],
  ['POST', 'Patient', `{"${SECRET}`, { status: 400, route: '/fhir/:type', interaction: 'create' }],
  ['PUT', `Patient/${SECRET}`, patient, { route: '/fhir/:type/:id', interaction: 'update' }],
  [
    'POST',
    'Patient',
    { ...patient, text: SECRET.repeat(1000) },
    { status: 413, route: '/fhir/:type', interaction: 'create' },
  ],
  [
    'POST',
    '',
    { resourceType: 'Bundle', type: 'transaction', entry },
    { status: 200, route: '/fhir', interaction: 'bundle' },
  ],
  [
    'POST',
    '',
    { resourceType: 'Bundle', type: 'batch', entry: [...entry, ...entry] },
    { route: '/fhir', interaction: 'bundle' },
  ],
  ['POST', '', { resourceType: 'Bundle', type: SECRET }, { status: 400, route: '/fhir', interaction: 'bundle' }],
  ['POST', '', { resourceType: 'Bundle', type: 'batch', id: SECRET.repeat(1000) }, { status: 413, route: '/fhir' }],
  ['DELETE', `Patient?identifier=${SECRET}`, undefined, { route: '/fhir/:type', interaction: 'delete' }],
  ['TRACE', `Patient/${SECRET}`, undefined, { status: 404 }],
]

function harmless(t: Test, { log }: TestServer, name: string) {
  for (const line of log) {
    const facts = JSON.parse(line)
    t.strictSame(
      Object.keys(facts).filter((field) => !FIELDS.includes(field)),
      [],
      `${name}: fields`,
    )
    t.match(facts.route, ROUTES, `${name}: a template`)
    t.notMatch(line.toLowerCase(), SECRET.toLowerCase(), name)
    t.match(line, /^[^\n]+\n$/, `${name}: one line`)
  }
}

t.test('every request has one line, of templates and not of patients', async (t) => {
  const server = await openServer(t, { CHARTROOM_MAX_BODY: '5000', CHARTROOM_MAX_BUNDLE: '6000' })
  for (const [method, path, body, line] of CASES) {
    for (const headers of [{}, TELLING]) {
      server.log.length = 0
      const { status } = await server.ask(method, path, body, headers)
      const name = `${method} ${path} ${status}`
      t.equal(server.log.length, 1, name)
      const [found = '{}'] = server.log
      t.match(JSON.parse(found), { msg: 'request', method, status, ms: Number, id: /^[\w.:-]+$/ }, name)
      if (headers !== TELLING) t.match(JSON.parse(found), line, name)
      harmless(t, server, name)
    }
  }
})

t.test('a search by POST', async (t) => {
  const server = await openServer(t)
  await server.put(`Patient/${SECRET}`, patient)
  const form = { 'content-type': 'application/x-www-form-urlencoded', ...TELLING }
  server.log.length = 0
  const { json } = await server.post('Patient/_search', `family=${SECRET}&_id=${SECRET}`, form)
  t.equal(json.total, 1)
  t.equal((await server.post('Patient/_search', `${SECRET}:${SECRET}=${SECRET}`, form)).status < 500, true)
  t.equal((await server.post('Patient/_search', SECRET, { 'content-type': 'text/plain' })).status, 415)
  t.equal(server.log.length, 3)
  const line = { method: 'POST', route: '/fhir/:type/_search', type: 'Patient', interaction: 'search-type' }
  t.match(
    server.log.map((text) => JSON.parse(text)),
    [line, line, line],
  )
  harmless(t, server, 'search by POST')
})

t.test('outside of the FHIR base', async (t) => {
  const server = await openServer(t)
  for (const url of [
    '/',
    '/livez',
    '/readyz',
    `/${SECRET}`,
    `/${SECRET}?${SECRET}`,
    '/fhirZyxwvut',
    `/livez?${SECRET}`,
  ]) {
    await server.app.inject({ url, headers: TELLING })
  }
  t.strictSame(
    server.log.map((line) => JSON.parse(line).route),
    ['/', '/livez', '/readyz', 'unknown', 'unknown', 'unknown', '/livez'],
  )
  harmless(t, server, 'others')
})

t.test('what a socket alone can send', async (t) => {
  const it: Listening = await listen(t)
  const targets = [
    `GET http://localhost/fhir/Patient/${SECRET}`,
    `GET /fhir/Patient/${SECRET}\\..\\${SECRET}`,
    `GET /fhir/Patient/%ff${SECRET}`,
    `GET //${SECRET}/fhir/Patient`,
    'OPTIONS *',
    `GET /fhir/Patient/${'a'.repeat(5000)}${SECRET}`,
    `GET /${SECRET}/%`,
  ]
  for (const target of targets) {
    it.server.log.length = 0
    await sendRaw(t, it.port, `${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
    t.equal(it.server.log.length, 1, `${target.slice(0, 50)}: one line`)
    harmless(t, it.server, target.slice(0, 50))
  }
})

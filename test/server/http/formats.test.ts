import { brotliCompressSync, deflateSync, gunzipSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { openServer } from '../../support/server.ts'

const patient = { resourceType: 'Patient', id: 'p', name: [{ family: 'Ä'.repeat(3000) }] }

t.test('content types in: 415 for what is not JSON', async (t) => {
  const server = await openServer(t)
  const status = async (type: string) => (await server.put('Patient/p', patient, { 'content-type': type })).status
  for (const type of [
    'application/fhir+json',
    'application/json',
    'application/fhir+json; charset=utf-8',
    'application/fhir+json;fhirVersion=4.0',
    'APPLICATION/JSON;charset=UTF-8',
  ]) {
    t.ok([200, 201].includes(await status(type)), type)
  }
  for (const type of [
    'text/plain',
    'application/xml',
    'application/fhir+xml',
    'application/x-www-form-urlencoded',
    'application/json; charset=latin1',
    'nonsense',
  ]) {
    t.equal(await status(type), 415, type)
  }
})

t.test('content types out: _format before Accept, 406 for what is not JSON', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient)
  const status = async (accept: string, query = '') => (await server.get(`Patient/p${query}`, { accept })).status
  for (const accept of [
    '*/*',
    'application/fhir+json',
    'application/json',
    'application/*',
    'text/html,application/xml;q=0.9,*/*;q=0.8',
    'application/fhir+xml, application/fhir+json;q=0.5',
  ]) {
    t.equal(await status(accept), 200, accept)
  }
  for (const accept of ['application/fhir+xml', 'text/html', 'application/json;q=0'])
    t.equal(await status(accept), 406, accept)
  t.equal(await status('application/fhir+xml', '?_format=json'), 200)
  t.equal(await status('application/fhir+xml', '?_format=application/fhir+json'), 200)
  t.equal(await status('application/json', '?_format=xml'), 406)
  t.equal(await status('application/json', '?_format=ttl'), 406)
  t.match((await server.get('Patient/p', { accept: 'text/turtle' })).json, { resourceType: 'OperationOutcome' })
})

t.test('_pretty keeps every token', async (t) => {
  const server = await openServer(t)
  await server.put(
    'Observation/o',
    '{"resourceType":"Observation","id":"o","status":"final","code":{"text":"a, {b}: \\"[c]\\" é"},"valueQuantity":{"value":1.00}}',
  )
  const { text } = await server.get('Observation/o?_pretty=true')
  t.match(text, /^\{\n {2}"resourceType": "Observation",\n {2}"id": "o",\n {2}"meta": \{\n/)
  t.match(text, /"text": "a, \{b\}: \\"\[c\]\\" é"/)
  t.match(text, /"value": 1\.00\n/)
  t.strictSame(JSON.parse(text), (await server.get('Observation/o')).json)
  t.match((await server.get('Nonsense?_pretty=true')).text, /^\{"res/, 'an error before the query is read is plain')
})

t.test('gzip both ways', async (t) => {
  const server = await openServer(t)
  const body = Buffer.from(JSON.stringify(patient))
  for (const [encoding, bytes] of [
    ['gzip', gzipSync(body)],
    ['deflate', deflateSync(body)],
    ['br', brotliCompressSync(body)],
    ['identity', body],
  ] as const) {
    t.ok([200, 201].includes((await server.put('Patient/p', bytes, { 'content-encoding': encoding })).status), encoding)
  }
  t.equal((await server.put('Patient/p', body, { 'content-encoding': 'zip' })).status, 415)
  t.equal((await server.put('Patient/p', body, { 'content-encoding': 'gzip' })).status, 400, 'not gzip at all')
  t.equal(
    (await server.put('Patient/p', gzipSync(body).subarray(0, 60), { 'content-encoding': 'gzip' })).status,
    400,
    'cut short',
  )
  const bomb = gzipSync(Buffer.alloc(40_000_000, 0x20))
  t.equal((await server.put('Patient/p', bomb, { 'content-encoding': 'gzip' })).status, 413, 'counted unpacked')
  const plain = await server.get('Patient/p')
  t.notOk(plain.headers['content-encoding'])
  const packed = await server.get('Patient/p', { 'accept-encoding': 'gzip, deflate' })
  t.equal(packed.headers['content-encoding'], 'gzip')
  t.match(packed.headers.vary, /Accept-Encoding/)
  t.strictSame(gunzipSync(packed.bytes), plain.bytes)
  t.notOk((await server.get('Patient/p', { 'accept-encoding': 'gzip;q=0' })).headers['content-encoding'])
  t.notOk(
    (await server.get('Patient/none', { 'accept-encoding': 'gzip' })).headers['content-encoding'],
    'not for a few bytes',
  )
})

t.test('headers that every answer has', async (t) => {
  const server = await openServer(t)
  const { headers } = await server.get('metadata')
  t.match(headers, { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', 'x-request-id': /.+/ })
  t.equal((await server.get('metadata', { 'x-request-id': 'my-id.1' })).headers['x-request-id'], 'my-id.1')
  t.not((await server.get('metadata', { 'x-request-id': 'a b\u00e9' })).headers['x-request-id'], 'a b\u00e9')
})

t.test('health', async (t) => {
  const server = await openServer(t)
  t.equal((await server.app.inject('/livez')).statusCode, 200)
  t.equal((await server.app.inject('/readyz')).statusCode, 200)
  const page = await server.app.inject('/')
  t.match(page.body, /chartroom/)
  await server.services.store.close()
  t.equal((await server.app.inject('/readyz')).statusCode, 503)
  t.equal((await server.app.inject('/livez')).statusCode, 200)
  const refused = await server.post('Patient', { resourceType: 'Patient' })
  t.match(refused, { status: 503, headers: { 'retry-after': '5' }, json: { resourceType: 'OperationOutcome' } })
})

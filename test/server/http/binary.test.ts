import t from 'tap'
import { openServer } from '../../support/server.ts'

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 255])

t.test('any content type in, raw out unless FHIR is asked for (binary.html)', async (t) => {
  const server = await openServer(t)
  const created = await server.post('Binary', PNG, { 'content-type': 'image/png', 'x-security-context': 'Patient/1' })
  t.equal(created.status, 201)
  const path = `Binary/${created.json.id}`
  t.match(created.json, {
    resourceType: 'Binary',
    contentType: 'image/png',
    securityContext: { reference: 'Patient/1' },
    data: PNG.toString('base64'),
  })
  for (const accept of ['*/*', 'image/png', 'text/plain', '']) {
    const raw = await server.get(path, accept ? { accept } : {})
    t.equal(raw.headers['content-type'], 'image/png')
    t.equal(raw.headers.etag, 'W/"1"')
    t.match(raw.headers['content-security-policy'], /sandbox/)
    t.strictSame(raw.bytes, PNG)
  }
  t.strictSame((await server.get(path, { accept: 'application/fhir+json' })).json, created.json)
  t.strictSame((await server.get(`${path}?_format=json`)).json, created.json)
  t.strictSame((await server.get(`${path}/_history/1`)).bytes, PNG)
  t.equal((await server.get(path, { 'if-none-match': 'W/"1"' })).status, 304)
  t.equal((await server.get('Binary/none', { accept: 'image/png' })).json.resourceType, 'OperationOutcome')
})

t.test('update, and the FHIR form', async (t) => {
  const server = await openServer(t)
  t.equal((await server.put('Binary/b', 'hello', { 'content-type': 'text/plain; charset=utf-8' })).status, 201)
  t.match(await server.get('Binary/b'), { text: 'hello', headers: { 'content-type': 'text/plain; charset=utf-8' } })
  t.equal(
    (await server.put('Binary/b', { resourceType: 'Binary', id: 'b', contentType: 'text/css', data: 'YQ==' })).status,
    200,
  )
  t.match(await server.get('Binary/b'), { text: 'a', headers: { 'content-type': 'text/css' } })
  const json = await server.put('Binary/b', { any: 'thing' }, { 'content-type': 'application/json' })
  t.match(json, { status: 200, json: { contentType: 'application/json' } }, 'plain JSON is content')
  const fhir = { resourceType: 'Binary', id: 'b', contentType: 'text/css' }
  t.match(
    await server.put('Binary/b', fhir, { 'content-type': 'application/json' }),
    { json: { contentType: 'text/css' } },
    'unless it is a Binary',
  )
  t.match(await server.get('Binary/b'), { status: 200, text: '' })
  t.equal((await server.post('Binary', { resourceType: 'Patient' })).status, 400, 'FHIR is taken for a Binary resource')
  t.equal((await server.put('Binary/e', '', { 'content-type': 'text/plain' })).status, 201, 'nothing at all')
})

t.test('a content type that may not stand in a header', async (t) => {
  const server = await openServer(t, { CHARTROOM_VALIDATION: 'off' })
  await server.put(
    'Binary/b',
    JSON.stringify({ resourceType: 'Binary', id: 'b', contentType: 'text/html\nx-evil: 1', data: 'YQ==' }),
  )
  t.match((await server.get('Binary/b')).headers, { 'content-type': 'application/octet-stream', 'x-evil': undefined })
})

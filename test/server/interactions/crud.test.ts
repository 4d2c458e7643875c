import t from 'tap'
import { BASE, openServer } from '../../support/server.ts'

const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const patient = { resourceType: 'Patient', name: [{ family: 'Meyer', given: ['Ann'] }], gender: 'female' }

t.test('create (http.html#create)', async (t) => {
  const server = await openServer(t)
  const created = await server.post('Patient', {
    ...patient,
    id: 'mine',
    meta: { versionId: '7', lastUpdated: '2001-01-01T00:00:00Z', source: 'urn:x' },
  })
  t.equal(created.status, 201)
  t.match(created.json.id, UUID7, 'the server chooses the id')
  t.match(created.json.meta, { versionId: '1', source: 'urn:x' })
  t.equal(created.headers.location, `${BASE}/Patient/${created.json.id}/_history/1`)
  t.equal(created.headers.etag, 'W/"1"')
  t.equal(created.headers['last-modified'], new Date(created.json.meta.lastUpdated).toUTCString())
  t.equal(created.headers['content-type'], 'application/fhir+json; charset=utf-8')
  const { id: _, meta: __, ...rest } = created.json
  t.strictSame(rest, patient)
  t.strictSame((await server.get(`Patient/${created.json.id}`)).json, created.json)
})

t.test('create refuses what is no right resource of the type', async (t) => {
  const server = await openServer(t)
  t.equal((await server.post('Observation', patient)).status, 400, 'another type than the URL')
  t.equal((await server.post('Patient', { name: [] })).status, 400, 'no resourceType')
  t.equal((await server.post('Parameters', { resourceType: 'Parameters' })).status, 404, 'Parameters has no endpoint')
  t.equal((await server.post('Shoe', { resourceType: 'Shoe' })).status, 404)
  t.equal((await server.post('Patient', undefined)).status, 400, 'no body')
  const refused = await server.post('Patient', { resourceType: 'Patient', gender: 'f', name: { family: 'x' } })
  t.equal(refused.status, 400)
  t.match(refused.json, {
    resourceType: 'OperationOutcome',
    issue: [
      { severity: 'error', code: 'structure', expression: ['Patient.name'] },
      { severity: 'error', code: 'code-invalid', expression: ['Patient.gender'] },
    ],
  })
})

t.test('read and vread (http.html#read, #vread)', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', { ...patient, id: 'p' })
  await server.put('Patient/p', { ...patient, id: 'p', active: true })
  const read = await server.get('Patient/p')
  t.match(read, { status: 200, json: { active: true, meta: { versionId: '2' } }, headers: { etag: 'W/"2"' } })
  t.match(await server.get('Patient/p/_history/1'), {
    status: 200,
    json: { meta: { versionId: '1' } },
    headers: { etag: 'W/"1"' },
  })
  t.notOk((await server.get('Patient/p/_history/1')).json.active)
  for (const path of [
    'Patient/q',
    'Patient/p/_history/3',
    'Patient/p/_history/0',
    'Patient/p/_history/x',
    'Patient/p/_history/1e0',
    'Observation/p',
    `Patient/${'x'.repeat(900)}`,
    'Patient/a%00b',
    'Patient/__proto__',
  ]) {
    const missing = await server.get(path)
    t.equal(missing.status, 404, path.slice(0, 40))
    t.equal(missing.json.resourceType, 'OperationOutcome')
  }
})

t.test('conditional read (http.html#cread)', async (t) => {
  const server = await openServer(t)
  const { headers } = await server.put('Patient/p', { ...patient, id: 'p' })
  const status = async (given: Record<string, string>) => (await server.get('Patient/p', given)).status
  t.equal(await status({ 'if-none-match': 'W/"1"' }), 304)
  t.equal(await status({ 'if-none-match': 'W/"2", W/"1"' }), 304)
  t.equal(await status({ 'if-none-match': '*' }), 304)
  t.equal(await status({ 'if-none-match': 'W/"2"' }), 200)
  const modified = String(headers['last-modified'])
  t.equal(await status({ 'if-modified-since': modified }), 304)
  t.equal(await status({ 'if-modified-since': new Date(Date.parse(modified) - 1000).toUTCString() }), 200)
  t.equal(await status({ 'if-modified-since': modified, 'if-none-match': 'W/"2"' }), 200, 'the ETag goes first')
  t.equal(await status({ 'if-modified-since': 'yesterday' }), 200)
  const not = await server.get('Patient/p', { 'if-none-match': 'W/"1"' })
  t.equal(not.text, '')
  t.equal(not.headers.etag, 'W/"1"')
})

t.test('update (http.html#update, #upsert)', async (t) => {
  const server = await openServer(t)
  const first = await server.put('Patient/p', { ...patient, id: 'p' })
  t.match(first, { status: 201, headers: { location: `${BASE}/Patient/p/_history/1` } })
  const second = await server.put('Patient/p', { ...patient, id: 'p' })
  t.match(second, { status: 200, headers: { etag: 'W/"2"' }, json: { meta: { versionId: '2' } } })
  t.match(
    await server.put('Patient/p', patient),
    { status: 400, json: { issue: [{ expression: ['Patient.id'] }] } },
    'no id',
  )
  t.match(await server.put('Patient/p', { ...patient, id: 'q' }), { status: 400 }, 'another id')
  t.match(await server.put('Patient/a_b', { ...patient, id: 'a_b' }), { status: 400 }, 'a bad id')
  t.match(await server.put(`Patient/${'a'.repeat(65)}`, { ...patient, id: 'a'.repeat(65) }), { status: 400 })
  t.match(await server.put(`Patient/${'a'.repeat(64)}`, { ...patient, id: 'a'.repeat(64) }), { status: 201 })
})

t.test('version-aware updates (http.html#concurrency)', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', { ...patient, id: 'p' })
  const put = (headers: Record<string, string>, id = 'p') => server.put(`Patient/${id}`, { ...patient, id }, headers)
  t.equal((await put({ 'if-match': 'W/"2"' })).status, 412)
  t.equal((await put({ 'if-match': 'W/"1"' })).status, 200)
  t.equal((await put({ 'if-match': 'W/"1"' })).status, 412, 'the version has moved on')
  t.equal((await put({ 'if-match': 'W/"7", W/"2"' })).status, 200)
  t.equal((await put({ 'if-match': '*' })).status, 200)
  t.equal((await put({ 'if-match': 'nonsense' })).status, 412)
  t.equal((await put({ 'if-match': 'W/"1"' }, 'q')).status, 412, 'nothing is there to match')
  t.equal((await put({ 'if-none-match': '*' })).status, 412)
  t.equal((await put({ 'if-none-match': '*' }, 'q')).status, 201)
  t.equal((await server.delete('Patient/p', { 'if-match': 'W/"1"' })).status, 412)
  t.equal((await server.delete('Patient/p', { 'if-match': 'W/"4"' })).status, 204)
})

t.test('of two racing updates with If-Match one wins', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', { ...patient, id: 'p' })
  const races = Array.from({ length: 10 }, () =>
    server.put('Patient/p', { ...patient, id: 'p' }, { 'if-match': 'W/"1"' }),
  )
  const statuses = (await Promise.all(races)).map(({ status }) => status).sort()
  t.strictSame(statuses, [200, ...Array(9).fill(412)])
})

t.test('updates without If-Match all take effect', async (t) => {
  const server = await openServer(t)
  const races = Array.from({ length: 10 }, () => server.put('Patient/p', { ...patient, id: 'p' }))
  const statuses = (await Promise.all(races)).map(({ status }) => status).sort()
  t.strictSame(statuses, [...Array(9).fill(200), 201])
  t.match((await server.get('Patient/p')).json.meta, { versionId: '10' })
})

t.test('delete (http.html#delete)', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', { ...patient, id: 'p' })
  const deleted = await server.delete('Patient/p')
  t.match(deleted, { status: 204, text: '', headers: { etag: 'W/"2"' } })
  t.match(await server.get('Patient/p'), { status: 410, json: { issue: [{ code: 'deleted' }] } })
  t.equal((await server.get('Patient/p/_history/1')).status, 200)
  t.equal((await server.get('Patient/p/_history/2')).status, 410)
  t.equal((await server.delete('Patient/p')).status, 204, 'again')
  t.equal((await server.delete('Patient/never')).status, 204)
  t.equal((await server.get('Patient/p/_history')).json.entry.length, 2, 'deleting twice makes one version')
  const back = await server.put('Patient/p', { ...patient, id: 'p' })
  t.match(back, { status: 201, json: { meta: { versionId: '3' } } }, 'an update brings it back')
})

t.test('Prefer (http.html#ops)', async (t) => {
  const server = await openServer(t)
  const prefer = (value: string) => ({ prefer: value })
  t.match(await server.post('Patient', patient, prefer('return=minimal')), {
    status: 201,
    text: '',
    headers: { etag: 'W/"1"' },
  })
  t.match(await server.post('Patient', patient, prefer('return=representation')), { json: { resourceType: 'Patient' } })
  t.match(await server.post('Patient', patient, prefer('return=OperationOutcome')), {
    status: 201,
    json: { resourceType: 'OperationOutcome' },
  })
  t.match(await server.post('Patient', patient, prefer('respond-async, return=minimal; handling=lenient')), {
    text: '',
  })
  t.match(await server.post('Patient', patient, prefer('return=nonsense')), { json: { resourceType: 'Patient' } })
  await server.put('Patient/p', { ...patient, id: 'p' })
  t.match(await server.delete('Patient/p', prefer('return=OperationOutcome')), {
    status: 200,
    json: { resourceType: 'OperationOutcome' },
  })
})

t.test('HEAD is GET without the body', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', { ...patient, id: 'p' })
  const get = await server.get('Patient/p')
  const head = await server.ask('HEAD', 'Patient/p')
  t.equal(head.status, 200)
  t.equal(head.text, '')
  t.equal(head.headers['content-length'], String(get.bytes.length))
  t.equal(head.headers.etag, get.headers.etag)
  t.equal((await server.ask('HEAD', 'Patient/q')).status, 404)
})

t.test('wrong methods are 405 with Allow', async (t) => {
  const server = await openServer(t)
  const allow = async (method: string, path: string) => {
    const { status, headers, json } = await server.ask(method, path)
    t.equal(status, 405, `${method} ${path}`)
    t.equal(json.resourceType, 'OperationOutcome')
    return headers.allow
  }
  t.equal(await allow('POST', 'Patient/p'), 'GET, HEAD, PUT, PATCH, DELETE')
  t.equal(await allow('DELETE', 'metadata'), 'GET, HEAD')
  t.equal(await allow('PUT', ''), 'GET, HEAD, POST')
  t.equal(await allow('DELETE', 'Patient/p/_history/1'), 'GET, HEAD')
  t.equal(await allow('GET', 'Patient/_search'), 'POST')
})

t.test('_summary and _elements on reads (search.html#summary, #elements)', async (t) => {
  const server = await openServer(t)
  const full = {
    resourceType: 'Observation',
    id: 'o',
    meta: { tag: [{ code: 'x' }] },
    text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
    status: 'final',
    code: { text: 'weight' },
    valueQuantity: { value: 1.5, unit: 'kg' },
    note: [{ text: 'n' }],
    component: [{ code: { text: 'c' }, valueString: 's', interpretation: [{ text: 'i' }] }],
  }
  await server.put('Observation/o', JSON.stringify(full).replace('1.5', '1.500'))
  const part = async (query: string) => (await server.get(`Observation/o?${query}`)).json
  const SUBSETTED = [
    { code: 'x' },
    { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' },
  ]
  const summary = await part('_summary=true')
  t.strictSame(Object.keys(summary), ['resourceType', 'id', 'meta', 'status', 'code', 'valueQuantity', 'component'])
  t.strictSame(summary.meta.tag, SUBSETTED)
  t.strictSame(summary.component, [{ code: { text: 'c' }, valueString: 's' }])
  t.strictSame(Object.keys(await part('_summary=text')), ['resourceType', 'id', 'meta', 'text', 'status', 'code'])
  t.notOk((await part('_summary=data')).text)
  t.ok((await part('_summary=data')).note)
  t.notOk((await part('_summary=false')).meta.tag[1])
  t.strictSame(Object.keys(await part('_elements=note')), ['resourceType', 'id', 'meta', 'status', 'code', 'note'])
  t.ok((await part('_elements=value')).valueQuantity, 'the choice by its name')
  t.ok((await part('_elements=valueQuantity')).valueQuantity)
  t.ok((await part('_elements=Observation.value')).valueQuantity)
  t.match((await server.get('Observation/o?_summary=true')).text, /"value":1\.500/, 'decimals stay')
  t.equal((await server.get('Observation/o?_summary=count')).status, 400)
  t.equal((await server.get('Observation/o?_summary=some')).status, 400)
  t.match((await server.get('Observation/o/_history/1?_summary=text')).json, { text: { status: 'generated' } })
})

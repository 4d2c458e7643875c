import t from 'tap'
import { sqliteAlone } from '../../support/place.ts'
import { BASE, type Json, openServer, type TestServer } from '../../support/server.ts'

const UUID = 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0'
const OID = 'urn:oid:1.2.3.4'

const transaction = (...entry: Json[]) => ({
  resourceType: 'Bundle',
  type: 'transaction',
  ...(entry.length > 0 ? { entry } : {}),
})
const post = (resource: Json, fullUrl?: string, more = {}) => ({
  fullUrl,
  resource,
  request: { method: 'POST', url: resource.resourceType, ...more },
})
const put = (resource: Json, more = {}) => ({
  resource,
  request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}`, ...more },
})
const patient = (more = {}) => ({ resourceType: 'Patient', ...more })
const observation = (subject: Json, more = {}) => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'x' },
  subject,
  ...more,
})

const locationOf = (entry: Json) => entry.response.location.replace(`${BASE}/`, '').replace(/\/_history.*/, '')
const countAll = async (server: TestServer) => (await server.get('_history?_count=0')).json.total

t.test('writes all, answers in the order of the request, acts in the order of R4', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/old', patient({ id: 'old' }))
  const { status, json } = await server.post(
    '',
    transaction(
      { request: { method: 'GET', url: 'Patient/new' } },
      put(patient({ id: 'new', active: true })),
      post(patient()),
      { request: { method: 'DELETE', url: 'Patient/old' } },
      { request: { method: 'GET', url: 'Patient?_id=new' } },
    ),
  )
  t.equal(status, 200)
  t.match(json, {
    resourceType: 'Bundle',
    type: 'transaction-response',
    entry: [
      { response: { status: '200 OK', etag: 'W/"1"' }, resource: { id: 'new', active: true } },
      { response: { status: '201 Created', etag: 'W/"1"', location: `${BASE}/Patient/new/_history/1` } },
      { response: { status: '201 Created' } },
      { response: { status: '204 No Content', etag: 'W/"2"' } },
      { response: { status: '200 OK' }, resource: { type: 'searchset', total: 1 } },
    ],
  })
  t.notOk(json.entry[1].resource, 'writes return nothing unless asked')
  const methods = (await server.get('_history')).json.entry.map((entry: Json) => entry.request.method)
  t.strictSame(methods.slice(0, 3), ['PUT', 'POST', 'DELETE'], 'newest first: DELETE, POST, PUT')
})

t.test('an empty transaction is answered by an empty one', async (t) => {
  const server = await openServer(t)
  t.match(await server.post('', transaction()), { status: 200, json: { type: 'transaction-response' } })
  t.match(await server.post('', { ...transaction(), entry: [] }), {
    status: 400,
    json: { issue: [{ expression: ['Bundle.entry'] }] },
  })
})

t.test('Prefer: return=representation', async (t) => {
  const server = await openServer(t)
  const bundle = transaction(post(patient()))
  const { json } = await server.post('', bundle, { prefer: 'return=representation' })
  t.match(json.entry[0].resource, { resourceType: 'Patient', meta: { versionId: '1' } })
  const outcome = await server.post('', bundle, { prefer: 'return=OperationOutcome' })
  t.match(outcome.json.entry[0].response.outcome, { resourceType: 'OperationOutcome' })
})

t.test('links between entries become references (http.html#trules)', async (t) => {
  const server = await openServer(t)
  const div = `<div xmlns="http://www.w3.org/1999/xhtml"><a href="${UUID}">p</a><img alt="${UUID}" src='${OID}'/><a href="http://x.org">y</a>${UUID}</div>`
  const source = observation(
    { reference: UUID, display: UUID },
    {
      text: { status: 'generated', div },
      extension: [
        { url: 'http://x/uri', valueUri: UUID },
        { url: 'http://x/url', valueUrl: UUID },
        { url: 'http://x/uuid', valueUuid: UUID },
        { url: 'http://x/oid', valueOid: OID },
        { url: 'http://x/canonical', valueCanonical: UUID },
        { url: 'http://x/string', valueString: UUID },
        { url: 'http://x/reference', valueReference: { reference: 'http://other.org/fhir/Practitioner/77' } },
      ],
      contained: [{ resourceType: 'Basic', id: 'c', code: { text: 'é' }, subject: { reference: UUID } }],
      _status: { extension: [{ url: 'http://x/ref', valueReference: { reference: UUID } }] },
      valueQuantity: { value: 1 },
      derivedFrom: [{ reference: 'Observation/not-here' }],
      focus: [{ reference: '#c' }],
    },
  )
  const text = JSON.stringify(
    transaction(
      post(source),
      post(patient(), UUID),
      post({ resourceType: 'Organization', name: 'o' }, OID),
      post({ resourceType: 'Practitioner', id: '77' }, 'http://other.org/fhir/Practitioner/77'),
    ),
  ).replace('"value":1}', '"value":1.00}')
  const { json } = await server.post('', text)
  const [o, p, org, practitioner] = json.entry.map(locationOf)
  const stored = await server.get(o)
  t.match(stored.text, /"value":1\.00/, 'a rewritten text keeps its decimals')
  const { id: _, meta: __, ...rest } = stored.json
  const wanted = JSON.parse(JSON.stringify(source))
  wanted.subject.reference = p
  wanted.text.div = div.replace(`href="${UUID}"`, `href="${p}"`).replace(OID, org)
  for (const at of [0, 1, 2]) wanted.extension[at][Object.keys(wanted.extension[at])[1]!] = p
  wanted.extension[3].valueOid = org
  wanted.extension[6].valueReference.reference = practitioner
  wanted.contained[0].subject.reference = p
  wanted._status.extension[0].valueReference.reference = p
  t.strictSame(rest, wanted)
  t.match((await server.get(`Observation?subject=${p}`)).json, { total: 1 }, 'and they are indexed as rewritten')
})

t.test('relative references are resolved against a RESTful fullUrl (bundle.html#references)', async (t) => {
  const server = await openServer(t)
  const { json } = await server.post(
    '',
    transaction(
      post(observation({ reference: 'Patient/1' }), 'http://other.org/fhir/Observation/1'),
      post(patient({ id: '1' }), 'http://other.org/fhir/Patient/1'),
      post(observation({ reference: 'Patient/1' }), 'http://third.org/fhir/Observation/1'),
      post(observation({ reference: 'Patient/1' })),
      post(observation({ reference: 'http://other.org/fhir/Patient/1/_history/3' })),
    ),
  )
  const subject = async (at: number) => (await server.get(locationOf(json.entry[at]))).json.subject.reference
  const made = locationOf(json.entry[1])
  t.equal(await subject(0), made)
  t.equal(await subject(2), 'Patient/1', 'another root is another resource')
  t.equal(await subject(3), 'Patient/1', 'without a root there is nothing to resolve against')
  t.equal(await subject(4), made)
})

t.test('references to ids chosen by PUT in the same Bundle work', async (t) => {
  const server = await openServer(t)
  await server.post(
    '',
    transaction(put(observation({ reference: 'Patient/mine' }, { id: 'o' })), put(patient({ id: 'mine' }))),
  )
  t.equal((await server.get('Observation/o')).json.subject.reference, 'Patient/mine')
  t.match((await server.get('Observation?patient=mine')).json, { total: 1 })
  const { json } = await server.post(
    '',
    transaction({ ...put(patient({ id: 'p2' })), fullUrl: UUID }, post(observation({ reference: UUID }))),
  )
  t.equal((await server.get(locationOf(json.entry[1]))).json.subject.reference, 'Patient/p2')
})

t.test('nothing is written when one entry fails, and the error names it', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient({ id: 'p' }))
  const cases: [string, Json, number, string][] = [
    ['a bad resource', post({ resourceType: 'Patient', gender: 'f' }), 400, 'Bundle.entry[1].resource.gender'],
    [
      'another type',
      { resource: patient(), request: { method: 'POST', url: 'Observation' } },
      400,
      'Bundle.entry[1].resource',
    ],
    ['no request', { resource: patient() }, 400, 'Bundle.entry[1].request'],
    ['no resource', { request: { method: 'POST', url: 'Patient' } }, 400, 'Bundle.entry[1].resource'],
    ['no method', { resource: patient(), request: { url: 'Patient' } }, 400, 'Bundle.entry[1].request.method'],
    [
      'a bad method',
      { resource: patient(), request: { method: 'FETCH', url: 'Patient' } },
      400,
      'Bundle.entry[1].request.method',
    ],
    [
      'a method that the URL lacks',
      { resource: patient(), request: { method: 'POST', url: 'Patient/p' } },
      400,
      'Bundle.entry[1]',
    ],
    ['an unknown type', { resource: patient(), request: { method: 'POST', url: 'Shoe' } }, 404, 'Bundle.entry[1]'],
    [
      'another server',
      { resource: patient(), request: { method: 'POST', url: 'http://x.org/fhir/Patient' } },
      400,
      'Bundle.entry[1].request.url',
    ],
    [
      'a Bundle in it',
      { resource: transaction(), request: { method: 'POST', url: '/' } },
      400,
      'Bundle.entry[1].request',
    ],
    [
      'a urn that names no entry',
      post(observation({ reference: 'urn:uuid:11111111-1111-4111-8111-111111111111' })),
      400,
      'Bundle.entry[1].resource.subject.reference',
    ],
    [
      'an id mismatch',
      { resource: patient({ id: 'x' }), request: { method: 'PUT', url: 'Patient/y' } },
      400,
      'Bundle.entry[1].resource.id',
    ],
    ['a stale version', put(patient({ id: 'p' }), { ifMatch: 'W/"9"' }), 412, 'Bundle.entry[1]'],
    ['a read of nothing', { request: { method: 'GET', url: 'Patient/nobody' } }, 404, 'Bundle.entry[1]'],
    [
      'a read of what it deletes',
      [{ request: { method: 'DELETE', url: 'Patient/p' } }, { request: { method: 'GET', url: 'Patient/p' } }],
      410,
      'Bundle.entry[2]',
    ],
    ['an unknown element of the entry', { ...post(patient()), shoe: 1 }, 400, 'Bundle.entry[1].shoe'],
    [
      'a conditional reference to nobody',
      post(observation({ reference: 'Patient?identifier=x|nobody' })),
      412,
      'Bundle.entry[1].resource.subject.reference',
    ],
    [
      'a conditional reference with no criteria',
      post(observation({ reference: 'Patient?_count=1' })),
      400,
      'Bundle.entry[1].resource.subject.reference',
    ],
    [
      'a patch that does not fit',
      {
        resource: {
          resourceType: 'Binary',
          contentType: 'application/json-patch+json',
          data: Buffer.from('[{"op":"remove","path":"/nope"}]').toString('base64'),
        },
        request: { method: 'PATCH', url: 'Patient/p' },
      },
      422,
      'Bundle.entry[1]',
    ],
  ]
  const before = await countAll(server)
  for (const [name, entry, status, expression] of cases) {
    const refused = await server.post('', transaction(post(patient({ active: true })), ...[entry].flat()))
    t.equal(refused.status, status, name)
    t.match(
      refused.json,
      { resourceType: 'OperationOutcome', issue: [{ severity: 'error', expression: [expression] }] },
      name,
    )
  }
  t.equal(await countAll(server), before)
})

t.test('two entries for one resource are refused', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient({ id: 'p', identifier: [{ system: 'http://x', value: '1' }] }))
  const deletion = { request: { method: 'DELETE', url: 'Patient/p' } }
  const conditional = { resource: patient(), request: { method: 'PUT', url: 'Patient?identifier=http://x|1' } }
  const twin = () => post(patient({ identifier: [{ value: 't' }] }), undefined, { ifNoneExist: 'identifier=t' })
  for (const entries of [
    [put(patient({ id: 'p' })), put(patient({ id: 'p' }))],
    [put(patient({ id: 'p' })), deletion],
    [deletion, deletion],
    [put(patient({ id: 'p' })), conditional],
    [twin(), twin()],
  ]) {
    const refused = await server.post('', transaction(...entries))
    t.match(refused, { status: 400, json: { issue: [{ diagnostics: /same resource/ }] } })
  }
  t.match(
    await server.post('', transaction(post(patient(), UUID), post(patient(), UUID))),
    { status: 400 },
    'one fullUrl twice',
  )
  t.equal(await countAll(server), 1)
})

t.test('conditional interactions in a transaction', async (t) => {
  const server = await openServer(t)
  const one = patient({ identifier: [{ system: 'http://x', value: '1' }] })
  const create = () =>
    transaction(post(one, UUID, { ifNoneExist: 'identifier=http://x|1' }), post(observation({ reference: UUID })))
  const first = (await server.post('', create())).json
  t.match(first.entry[0].response.status, '201')
  const second = (await server.post('', create())).json
  t.match(second.entry[0].response, { status: '200 OK', etag: 'W/"1"' })
  t.equal(locationOf(second.entry[0]), locationOf(first.entry[0]))
  t.equal(
    (await server.get(locationOf(second.entry[1]))).json.subject.reference,
    locationOf(first.entry[0]),
    'links lead to what exists',
  )
  const update = await server.post(
    '',
    transaction(
      {
        fullUrl: UUID,
        resource: patient({ ...one, active: true }),
        request: { method: 'PUT', url: 'Patient?identifier=http://x|1' },
      },
      post(observation({ reference: UUID })),
    ),
  )
  t.match(update.json.entry[0].response, { status: '200 OK', etag: 'W/"2"' })
  t.equal((await server.get(locationOf(update.json.entry[1]))).json.subject.reference, locationOf(first.entry[0]))
  const fresh = await server.post(
    '',
    transaction({
      resource: patient({ identifier: [{ value: 'new' }] }),
      request: { method: 'PUT', url: 'Patient?identifier=new' },
    }),
  )
  t.match(fresh.json.entry[0].response.status, '201')
  const patched = await server.post(
    '',
    transaction({
      resource: {
        resourceType: 'Parameters',
        parameter: [
          {
            name: 'operation',
            part: [
              { name: 'type', valueCode: 'replace' },
              { name: 'path', valueString: 'Patient.active' },
              { name: 'value', valueBoolean: false },
            ],
          },
        ],
      },
      request: { method: 'PATCH', url: 'Patient?identifier=http://x|1', ifMatch: 'W/"2"' },
    }),
  )
  t.match(patched.json.entry?.[0].response, { status: '200 OK', etag: 'W/"3"' })
  const removed = await server.post(
    '',
    transaction(
      { request: { method: 'DELETE', url: 'Patient?identifier=http://x|1' } },
      { request: { method: 'DELETE', url: 'Patient?identifier=nobody' } },
    ),
  )
  t.match(
    removed.json.entry.map((entry: Json) => entry.response.status),
    ['204 No Content', '204 No Content'],
  )
  t.equal((await server.get(locationOf(first.entry[0]))).status, 410)
})

t.test('what is deleted first is not found by criteria after it', async (t) => {
  const server = await openServer(t)
  const one = patient({ id: 'p', identifier: [{ value: '1' }] })
  await server.put('Patient/p', one)
  const { json } = await server.post(
    '',
    transaction(post(patient({ identifier: [{ value: '1' }] }), undefined, { ifNoneExist: 'identifier=1' }), {
      request: { method: 'DELETE', url: 'Patient/p' },
    }),
  )
  t.match(json.entry[0].response.status, '201')
  t.match((await server.get('Patient?identifier=1')).json, { total: 1 })
})

t.test('conditional references', async (t) => {
  const server = await openServer(t)
  await server.put('Practitioner/stored', {
    resourceType: 'Practitioner',
    id: 'stored',
    identifier: [{ system: 'http://n', value: '1' }],
  })
  const performer = (value: string) => ({ performer: [{ reference: `Practitioner?identifier=http://n|${value}` }] })
  const fresh = { resourceType: 'Practitioner', identifier: [{ system: 'http://n', value: '2' }] }
  const { json, status } = await server.post(
    '',
    transaction(
      post(observation(undefined, performer('1'))),
      post(observation(undefined, performer('2'))),
      post(fresh),
    ),
  )
  t.equal(status, 200)
  const found = async (at: number) => (await server.get(locationOf(json.entry[at]))).json.performer[0].reference
  t.equal(await found(0), 'Practitioner/stored')
  t.equal(await found(1), locationOf(json.entry[2]), 'also what the same transaction writes')
  t.match((await server.get('Observation?performer=stored')).json, { total: 1 })
  const twice = await server.post('', transaction(post(observation(undefined, performer('2'))), post(fresh)))
  t.match(twice, { status: 412, json: { issue: [{ code: 'multiple-matches' }] } })
  const changed = transaction(
    post(observation(undefined, performer('1'))),
    put({ resourceType: 'Practitioner', id: 'stored', identifier: [{ system: 'http://n', value: '9' }] }),
  )
  t.match(await server.post('', changed), { status: 412 }, 'what it overwrites counts as it will be')
})

t.test('racing transactions with the same conditional create make one resource', async (t) => {
  const server = await openServer(t)
  const bundle = transaction(
    post(patient({ identifier: [{ value: 'r' }] }), UUID, { ifNoneExist: 'identifier=r' }),
    post(observation({ reference: UUID })),
  )
  const replies = await Promise.all(Array.from({ length: 8 }, () => server.post('', bundle)))
  t.strictSame(new Set(replies.map(({ status }) => status)), new Set([200]))
  t.match((await server.get('Patient?identifier=r')).json, { total: 1 })
  const id = (await server.get('Patient?identifier=r')).json.entry[0].resource.id
  t.match((await server.get(`Observation?subject=Patient/${id}`)).json, { total: 8 })
})

t.test('Idempotency-Key: a transaction sent again is not carried out again', async (t) => {
  const server = await openServer(t)
  const send = () => server.post('', transaction(post(patient())), { 'idempotency-key': 'one' })
  const replies = await Promise.all([send(), send()])
  t.strictSame(replies.map(({ status }) => status).sort(), [200, 409])
  t.match(await send(), { status: 409, json: { issue: [{ code: 'duplicate' }] } })
  t.equal((await server.post('Patient', patient(), { 'idempotency-key': 'two' })).status, 201)
  t.equal((await server.post('Patient', patient(), { 'idempotency-key': 'two' })).status, 409)
  t.equal(await countAll(server), 2)
})

t.test('refuses what is no such Bundle', async (t) => {
  const server = await openServer(t)
  for (const body of [
    patient(),
    { resourceType: 'Bundle', type: 'collection' },
    { resourceType: 'Bundle' },
    { ...transaction(), shoe: 1 },
    { ...transaction(), entry: {} },
    { ...transaction(), entry: [1] },
    { ...transaction(), entry: [null] },
    '{"resourceType":"Bundle","type":"transaction","entry":[{} {}]}',
    '{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"GET","url":"Patient","url":"Patient"}}]}',
    '{"resourceType":"Bundle","type":"transaction","entry":[],"entry":[{"request":{"method":"GET","url":"Patient"}}]}',
    '{"resourceType":"Bundle","type":"transaction","entry":[{"a":]}',
    '{"resourceType":"Bundle","type":"transaction","entry":[',
    '[]',
    '"x"',
  ]) {
    const { status, json } = await server.post('', body)
    t.equal(status, 400, JSON.stringify(body).slice(0, 90))
    t.equal(json.resourceType, 'OperationOutcome')
  }
  const small = await openServer(t, { CHARTROOM_MAX_ENTRIES: '2' })
  t.equal((await small.post('', transaction(post(patient()), post(patient()), post(patient())))).status, 413)
})

t.test('22,000 entries pass', { skip: sqliteAlone }, async (t) => {
  const server = await openServer(t)
  const entries = Array.from({ length: 22_000 }, (_, at) =>
    put(observation({ reference: 'Patient/p' }, { id: `o${at}` })),
  )
  const { status, json } = await server.post('', transaction(put(patient({ id: 'p' })), ...entries))
  t.equal(status, 200)
  t.equal(json.entry.length, 22_001)
  t.match((await server.get('Observation?patient=p&_summary=count')).json, { total: 22_000 })
})

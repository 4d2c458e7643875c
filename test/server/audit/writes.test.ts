import t from 'tap'
import type { RecordedDeed } from '../../../auth/audit/deed.ts'
import { deedsSince } from '../../support/recorded.ts'
import { accessTo } from '../../support/rights.ts'
import { type Json, openServer, type Reply } from '../../support/server.ts'
import { observation, patient, writeTwoPatients } from '../../support/two-patients.ts'

const JSON_PATCH = { 'content-type': 'application/json-patch+json' }

const named = ({ parts = [] }: RecordedDeed) => parts.map(({ type, id, version }) => `${type}/${id}/${version}`)

t.test('a write has its record in its own commit, with whom it was about and whom before', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const since = deedsSince(server)
  await since()
  const one = async (reply: Reply, status: number): Promise<RecordedDeed> => {
    t.equal(reply.status, status, reply.text)
    const deeds = await since()
    t.equal(deeds.length, 1)
    t.equal(deeds[0]?.request, reply.headers['x-request-id'])
    return deeds[0]!
  }
  const created = await server.post('Observation', observation('x', 'a'))
  const { id } = created.json
  t.match(await one(created, 201), {
    code: 'create',
    action: 'C',
    outcome: '0',
    parts: [{ type: 'Observation', id, version: 1, patients: ['a'] }],
  })
  const moved = await one(await server.put('Observation/oa', observation('oa', 'b')), 200)
  t.match(moved, { code: 'update', action: 'U', parts: [{ id: 'oa', version: 2 }] })
  t.strictSame(moved.parts?.[0]?.patients.toSorted(), ['a', 'b'], 'both, where it goes from one to the other')
  const asCreate = await one(await server.put('Patient/new', patient('new')), 201)
  t.match(asCreate.parts, [{ id: 'new', version: 1, action: 'C', patients: ['new'] }])
  const patch = [{ op: 'replace', path: '/subject/reference', value: 'Patient/a' }]
  const patched = await one(await server.patch('Observation/ob', patch, JSON_PATCH), 200)
  t.match(patched, { code: 'patch', action: 'U', parts: [{ id: 'ob', version: 2 }] })
  t.strictSame(patched.parts?.[0]?.patients.toSorted(), ['a', 'b'])
  const deleted = await one(await server.delete('Condition/ca'), 204)
  t.match(deleted, { code: 'delete', action: 'D', parts: [{ id: 'ca', version: 2, patients: ['a'] }] })
  const nothing = await one(await server.delete('Condition/never'), 204)
  t.match(nothing, { code: 'delete', outcome: '0', parts: [{ type: 'Condition', id: 'never' }] })
})

t.test('of what is conditional the criteria are on record, and what they found', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const since = deedsSince(server)
  await since()
  const unless = { 'if-none-exist': 'name=adler', prefer: 'return=representation' }
  t.equal((await server.post('Patient', { resourceType: 'Patient' }, unless)).json.id, 'a')
  t.match(await since(), [
    { code: 'create', query: 'Patient?name=adler', parts: [{ id: 'a', version: 1, action: 'R', patients: ['a'] }] },
  ])
  await server.put('Patient?name=berg', patient('b', { name: [{ family: 'Berger' }] }))
  t.match(await since(), [{ code: 'update', query: 'Patient?name=berg', parts: [{ id: 'b', version: 2 }] }])
  await server.delete('Condition?patient=b')
  t.match(await since(), [{ code: 'delete', query: 'Condition?patient=b', parts: [{ id: 'cb', patients: ['b'] }] }])
  await server.delete('Condition?patient=b')
  const [none] = await since()
  t.match(none, { code: 'delete', query: 'Condition?patient=b', outcome: '0' })
  t.equal(none?.parts, undefined)
})

t.test('what is refused is on record after it, with what was named', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const since = deedsSince(server)
  await since()
  const cases: [() => Promise<Reply>, number, object][] = [
    [() => server.put('Patient/a', patient('a'), { 'if-match': 'W/"7"' }), 412, { code: 'update', action: 'U' }],
    [() => server.put('Patient/a', { resourceType: 'Patient', id: 'a', shoe: 1 }), 400, { code: 'update' }],
    [() => server.post('Patient', '{'), 400, { code: 'create', action: 'C' }],
    [() => server.patch('Patient/a', [{ op: 'test', path: '/id', value: 'b' }], JSON_PATCH), 422, { code: 'patch' }],
    [() => server.put('Patient?name=x', patient('q'), { 'if-match': 'W/"1"' }), 412, { query: 'Patient?name=x' }],
  ]
  for (const [asked, status, wanted] of cases) {
    const reply = await asked()
    t.equal(reply.status, status, reply.text)
    const deeds = await since()
    t.match(deeds, [{ outcome: '4', told: /invalid|precondition-failed|unprocessable/, ...wanted }])
    if (reply.status === 412 && deeds[0]?.query === undefined)
      t.match(deeds[0]?.parts, [{ type: 'Patient', id: 'a', patients: ['a'] }])
  }
})

const entry = (method: string, url: string, resource?: Json) => ({ request: { method, url }, resource })
const bundle = (type: 'batch' | 'transaction', ...entries: Json[]) => ({ resourceType: 'Bundle', type, entry: entries })

t.test('a transaction is one record of all that it wrote; its reads have their own, once', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const since = deedsSince(server)
  await since()
  const reply = await server.post(
    '',
    bundle(
      'transaction',
      entry('POST', 'Patient', { resourceType: 'Patient' }),
      entry('PUT', 'Observation/oa', observation('oa', 'b')),
      entry('DELETE', 'Condition/cb'),
      {
        ...entry('POST', 'Patient', { resourceType: 'Patient' }),
        request: { method: 'POST', url: 'Patient', ifNoneExist: 'name=adler' },
      },
      entry('GET', 'Observation/oa'),
      entry('GET', 'Observation?patient=b'),
    ),
  )
  t.equal(reply.status, 200, reply.text)
  const deeds = await since()
  t.strictSame(deeds.map(({ code }) => code).sort(), ['create', 'read', 'search-type', 'transaction'])
  t.ok(deeds.every(({ request }) => request === reply.headers['x-request-id']))
  const of = (code: string) => deeds.find((deed) => deed.code === code)!
  const parts = of('transaction').parts!
  t.strictSame(parts.map(({ type, action }) => `${action} ${type}`).sort(), [
    'C Patient',
    'D Condition',
    'U Observation',
  ])
  t.strictSame(parts.find(({ type }) => type === 'Observation')?.patients.toSorted(), ['a', 'b'])
  t.strictSame(parts.find(({ type }) => type === 'Condition')?.patients, ['b'])
  t.strictSame(named(of('read')), ['Observation/oa/2'])
  t.match(of('search-type'), { patients: ['b'], count: 2, query: 'Observation?patient=b' })
  t.match(of('create'), { parts: [{ id: 'a', action: 'R', patients: ['a'] }], query: 'Patient?name=adler' })
})

t.test('a transaction that fails wrote nothing, and names the entry by which it did', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const since = deedsSince(server)
  await since()
  for (const [last, told, part] of [
    [entry('GET', 'Observation/none'), 'not-found', { type: 'Observation', id: 'none' }],
    [
      { ...entry('PUT', 'Patient/b', patient('b')), request: { method: 'PUT', url: 'Patient/b', ifMatch: 'W/"9"' } },
      'precondition-failed',
      { type: 'Patient', id: 'b', patients: ['b'] },
    ],
    [entry('PUT', 'Patient/b', { resourceType: 'Patient', id: 'b', shoe: 1 }), 'invalid', { type: 'Patient', id: 'b' }],
  ] as const) {
    const good = [entry('GET', 'Patient/a'), entry('POST', 'Patient', { resourceType: 'Patient' })]
    const reply = await server.post('', bundle('transaction', ...good, last))
    t.ok(reply.status >= 400, reply.text)
    t.match(await since(), [{ code: 'transaction', outcome: '4', told, parts: [part] }])
  }
})

t.test("a batch's entries have a record each; what is no call is one of the batch", async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const since = deedsSince(server)
  await since()
  const reply = await server.post(
    '',
    bundle(
      'batch',
      entry('GET', 'Patient/a'),
      entry('PUT', 'Patient/b', patient('b')),
      entry('GET', 'Patient/none'),
      entry('GET', 'Shoe/1'),
      entry('GET', 'Shoe/2'),
      entry('GET', 'Observation?patient=a'),
    ),
  )
  t.equal(reply.status, 200, reply.text)
  const deeds = await since()
  t.ok(deeds.every(({ request }) => request === reply.headers['x-request-id']))
  t.strictSame(deeds.map(({ code, outcome, times = 1 }) => `${code} ${outcome} ${times}`).sort(), [
    'batch 4 2',
    'read 0 1',
    'read 4 1',
    'search-type 0 1',
    'update 0 1',
  ])
  t.match(deeds.find(({ code, outcome }) => code === 'read' && outcome === '4')?.parts, [
    { type: 'Patient', id: 'none' },
  ])
  t.equal((await server.post('', bundle('batch'))).status, 400)
  t.match(await since(), [{ code: 'batch', outcome: '4' }])
})

t.test('a write that another one overtook is on record with whom that was about', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const since = deedsSince(server)
  await since()
  const { store } = server.services
  const commit = store.commit.bind(store)
  let overtaken = false
  store.commit = async (unit) => {
    if (!overtaken && unit.changes.some(({ id }) => id === 'oa')) {
      overtaken = true
      await server.put('Observation/oa', observation('oa', 'b'))
    }
    return commit(unit)
  }
  t.equal((await server.put('Observation/oa', observation('oa', 'c'))).status, 200)
  const deeds = await since()
  t.ok(overtaken)
  const last = deeds.filter(({ parts = [] }) => parts.some(({ version }) => version === 3))
  t.strictSame(
    new Set(last.flatMap(({ parts = [] }) => parts.flatMap(({ patients }) => patients))),
    new Set(['a', 'b', 'c']),
  )
})

t.test('an operation that writes has its record in its commit; broken glass says why', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const since = deedsSince(server)
  await since()
  const access = {
    ...accessTo({ Patient: 'all', Task: 'all' }),
    operations: ['break-glass'],
    identity: {
      issuer: 'https://x.example',
      subject: 'ann',
      client: 'chart',
      scopes: [],
      role: 'physician',
      fhirUser: { type: 'Practitioner', id: 'ann' },
      expires: Number.MAX_SAFE_INTEGER,
    },
  }
  const body = { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: 'unconscious' }] }
  const reply = await server.as(access).post('Patient/a/$break-glass', body)
  t.equal(reply.status, 200, reply.text)
  const deeds = await since()
  t.equal(deeds.length, 1)
  t.match(deeds[0], { kind: 'security', code: 'break-glass', reason: 'unconscious', purposes: ['BTG'], outcome: '0' })
  t.match(deeds[0]?.parts, [
    { type: 'Patient', id: 'a', patients: ['a'] },
    { type: 'Task', action: 'C', patients: ['a'] },
  ])
  const refused = await server.as(access).post('Patient/none/$break-glass', body)
  t.equal(refused.status, 404)
  t.match(await since(), [{ code: 'break-glass', outcome: '4', parts: [{ id: 'none' }] }])
})

t.test('AuditEvents of a transaction go into the log; of the rest the entry at fault is still named', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const event = {
    resourceType: 'AuditEvent',
    type: { system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110112' },
    recorded: '2026-11-29T00:00:00Z',
    agent: [{ requestor: true, who: { display: 'elsewhere' } }],
    source: { observer: { display: 'elsewhere' } },
  }
  const stale = { request: { method: 'PUT', url: 'Patient/b', ifMatch: 'W/"9"' }, resource: patient('b') }
  const since = deedsSince(server)
  await since()
  const reply = await server.post('', bundle('transaction', entry('POST', 'AuditEvent', event), stale))
  t.equal(reply.status, 412, reply.text)
  t.match(reply.json.issue[0].expression, ['Bundle.entry[1]'])
  t.match(await since(), [{ code: 'transaction', outcome: '4', parts: [{ type: 'Patient', id: 'b' }] }])
  const good = await server.post(
    '',
    bundle('transaction', entry('POST', 'AuditEvent', event), entry('PUT', 'Patient/b', patient('b'))),
  )
  t.equal(good.status, 200, good.text)
  const deeds = await since()
  t.strictSame(deeds.map(({ kind }) => kind).sort(), ['external', 'rest'])
  t.match(deeds.find(({ kind }) => kind === 'rest')?.parts, [
    { type: 'AuditEvent' },
    { type: 'Patient', id: 'b', version: 2 },
  ])
  await server.get('AuditEvent?type=110112')
  t.match(await since(), [{ code: 'search-type', type: 'AuditEvent', count: 1, query: 'AuditEvent?type=110112' }])
})

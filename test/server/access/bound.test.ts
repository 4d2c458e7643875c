import t from 'tap'
import { accessTo, recordOf } from '../../support/rights.ts'
import { type Json, openServer } from '../../support/server.ts'
import { observation, writeTwoPatients } from '../../support/two-patients.ts'

const nextOf = (json: Json): string =>
  json.link.find((link: Json) => link.relation === 'next').url.replace(/^.*\/fhir\//, '')

t.test('leak 7: the links of pages are their caller’s', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  await open.put('Observation/o2', observation('o2', 'a'))
  const [own, other] = [open.as(accessTo(recordOf('a'))), open.as(accessTo(recordOf('a')))]
  for (const path of [
    'Observation?_count=1',
    'Observation/_history?_count=1',
    '_history?_count=1',
    'Patient/a/$everything?_count=1',
  ]) {
    const next = nextOf((await own.get(path)).json)
    t.equal((await own.get(next)).status, 200, path)
    t.equal((await other.get(next)).status, 400, path)
    t.equal((await open.get(next)).status, 400, path)
  }
})

t.test('leak 11: the key of a request is its caller’s', async (t) => {
  const open = await openServer(t)
  const [own, other] = [open.as(accessTo(recordOf('a'))), open.as(accessTo(recordOf('a')))]
  const once = { 'idempotency-key': 'k' }
  t.equal((await own.post('Observation', observation('x', 'a'), once)).status, 201)
  t.equal((await own.post('Observation', observation('x', 'a'), once)).status, 409)
  t.equal((await other.post('Observation', observation('x', 'a'), once)).status, 201)
  t.equal((await own.post('Observation', observation('x', 'b'), { 'idempotency-key': 'l' })).status, 403)
  t.equal((await own.post('Observation', observation('x', 'a'), { 'idempotency-key': 'l' })).status, 201)
})

t.test('leak 6: $everything has what may be seen, each by itself', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  await open.put('Observation/shared', observation('shared', 'a', { performer: [{ reference: 'Organization/x' }] }))
  await open.put('Organization/x', { resourceType: 'Organization', id: 'x', name: 'Secret' })
  await open.post('AuditEvent', {
    resourceType: 'AuditEvent',
    type: { code: 'rest' },
    recorded: '2026-01-01T00:00:00Z',
    agent: [{ requestor: true, who: { reference: 'Patient/a' } }],
    source: { observer: { reference: 'Practitioner/gp' } },
  })
  const names = async (server: typeof open, path: string) => {
    const { status, json } = await server.get(path)
    return status === 200
      ? json.entry.map(({ resource: { resourceType, id } }: Json) => `${resourceType}/${id}`)
      : status
  }
  const server = open.as(accessTo({ ...recordOf('a'), Condition: 'code=none' }))
  const own = ['Patient/a', 'Observation/oa', 'Observation/shared', 'Practitioner/gp']
  t.strictSame(await names(server, 'Patient/a/$everything'), own)
  t.equal(await names(server, 'Patient/b/$everything'), 404)
  t.equal(await names(server, 'Patient/zz/$everything'), 404)
  t.equal((await server.get('Patient/a/$everything')).json.total, 3)
  t.equal(await names(open.as(accessTo({ Observation: 'all' })), 'Patient/a/$everything'), 403)
  t.ok((await names(open, 'Patient/a/$everything')).includes('Organization/x'))
})

t.test('what concerns the system takes its own right', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  const server = open.as(accessTo({ Patient: 'all' }))
  t.equal((await server.get('$reindex')).status, 403)
  t.equal((await server.post('$reindex', undefined)).status, 403)
  const explain = { 'x-explain': 'true' }
  t.equal((await server.get('Patient', explain)).status, 403)
  const batch = { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: '$reindex' } }] }
  t.equal((await server.post('', batch)).json.entry[0].response.status, '403 Forbidden')
  const admin = open.as(accessTo({ Patient: 'all' }, {}, { operations: ['reindex', 'explain'] }))
  t.equal((await admin.get('$reindex')).status, 200)
  t.match((await admin.get('Patient', explain)).text, /statement|driven|walked|looked|explain|stage/i)
  t.equal((await open.as(accessTo({})).get('metadata')).status, 200)
})

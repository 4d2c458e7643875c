import t from 'tap'
import type { Access } from '../../../auth/access.ts'
import type { Identity } from '../../../auth/identity.ts'
import { openRights } from '../../../server/access/rights.ts'
import { deedsSince } from '../../support/recorded.ts'
import { accessTo, recordOf } from '../../support/rights.ts'
import { openServer, type Reply } from '../../support/server.ts'
import { observation, writeTwoPatients } from '../../support/two-patients.ts'

const JSON_PATCH = { 'content-type': 'application/json-patch+json' }

t.test('what is hidden is absent to who asks, and on record with whom it is about', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const since = deedsSince(server)
  await since()
  const asked = server.as(accessTo(recordOf('a')))
  for (const path of ['Observation/ob', 'Observation/ob/_history', 'Observation/ob/_history/1']) {
    const [hidden, absent] = [await asked.get(path), await asked.get(path.replace('ob', 'none'))]
    t.strictSame([hidden.status, absent.status], [404, 404], path)
    t.match(await since(), [
      { outcome: '4', told: 'not-found', parts: [{ type: 'Observation', id: 'ob', patients: ['b'] }] },
      { outcome: '4', told: 'not-found', parts: [{ type: 'Observation', id: 'none', patients: [] }] },
    ])
  }
  t.equal((await asked.get('Patient/b')).status, 404)
  t.match(await since(), [{ parts: [{ type: 'Patient', id: 'b', patients: ['b'] }] }])
  t.equal((await asked.get('Account/x')).status, 403)
  t.match(await since(), [{ told: 'forbidden', parts: [{ type: 'Account', id: 'x' }] }])
  t.equal((await asked.get('Account?patient=b')).status, 403)
  t.match(await since(), [{ code: 'search-type', told: 'forbidden', query: 'Account?patient=b', type: 'Account' }])
  t.equal((await asked.put('Observation/ob', observation('ob', 'a'))).status, 404)
  t.match(await since(), [{ code: 'update', told: 'not-found', parts: [{ id: 'ob', patients: ['b'] }] }])
})

const identity = (more: Partial<Identity> = {}): Identity => ({
  issuer: 'https://issuer.example.org',
  subject: 'ann',
  client: 'chart',
  scopes: ['user/*.cruds'],
  role: 'physician',
  fhirUser: { type: 'Practitioner', id: 'ann' },
  expires: Number.MAX_SAFE_INTEGER,
  ...more,
})

t.test('a Consent that hides what was asked for is named', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const consent = {
    resourceType: 'Consent',
    id: 'no',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: { reference: 'Patient/b' },
    policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTOUT' }] },
    provision: { type: 'deny' },
  }
  const put = await server.put('Consent/no', consent)
  t.equal(put.status, 201, put.text)
  const access: Access = await openRights(server.services).of(identity())
  const since = deedsSince(server)
  await since()
  t.equal((await server.as(access).get('Observation/ob')).status, 404)
  t.match(await since(), [
    { outcome: '4', parts: [{ id: 'ob', patients: ['b'] }], decidedBy: [/^policy\/physician/, 'Consent/no'] },
  ])
  t.equal((await server.as(access).get('Observation/oa')).status, 200)
  const [seen] = await since()
  t.match(seen, { outcome: '0', parts: [{ id: 'oa', patients: ['a'] }], decidedBy: [/^policy\/physician/] })
  t.equal(seen?.decidedBy?.length, 1)
})

t.test('what is shown of a patient for whom the glass was broken is decided by that', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const emergencies = [{ patient: 'b', until: Date.now() + 60_000 }]
  const asked = server.as(accessTo({ Patient: 'all', Observation: 'all' }, {}, { emergencies }))
  const since = deedsSince(server)
  await since()
  await asked.get('Observation?patient=b')
  t.match(await since(), [{ patients: ['b'], decidedBy: ['break-glass'] }])
  await asked.get('Patient/b')
  t.match(await since(), [{ parts: [{ patients: ['b'] }], decidedBy: ['break-glass'] }])
  await asked.get('Observation?patient=a')
  t.equal((await since())[0]?.decidedBy, undefined)
})

t.test('a query of whatever length is on record by its beginning, an id of whatever form whole', async (t) => {
  const server = await openServer(t)
  const since = deedsSince(server)
  await since()
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const ids = Array.from({ length: 60_000 }, (_, at) => `id-${at}`).join(',')
  t.equal((await server.ask('POST', 'Patient/_search', `_id=a,${ids}`, form)).status, 400)
  const deeds = await since()
  t.match(deeds, [{ outcome: '4', told: 'invalid' }])
  t.match(deeds[0]?.query, /^Patient\?_id=a,id-0,.{4000,}… \[\d+ characters, SHA-256 [0-9a-f]{64}\]$/)
  const odd = 'ä_'.repeat(60)
  t.equal((await server.get(`Patient/${encodeURIComponent(odd)}`)).status, 404)
  t.match(await since(), [{ outcome: '4', parts: [{ type: 'Patient', id: odd, patients: [] }] }])
})

t.test('what a refusal tells of what is there is on record with whom it is about', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const since = deedsSince(server)
  await since()
  const [tests, stale] = [[{ op: 'test', path: '/status', value: 'x' }], { 'if-match': 'W/"9"' }]
  const named = async (reply: Reply, status: number, patients: string[]) => {
    t.equal(reply.status, status, reply.text)
    const [deed] = await since()
    t.strictSame([deed?.outcome, (deed?.parts ?? []).flatMap((part) => part.patients)], ['4', patients])
    return deed
  }
  await named(await server.patch('Observation/ob', tests, JSON_PATCH), 422, ['b'])
  await named(await server.patch('Observation?patient=b', tests, JSON_PATCH), 422, ['b'])
  await named(await server.put('Observation/ob', observation('ob', 'a'), stale), 412, ['b'])
  await named(await server.put('Patient?name=berg', { resourceType: 'Patient' }, stale), 412, ['b'])
  await named(await server.delete('Patient?birthdate=1970-01-01'), 412, ['a', 'b'])
  await named(await server.get('Observation/ob/_history/9'), 404, ['b'])
})

t.test('criteria of a transaction, also of its references, are on record with whom they found', async (t) => {
  const server = await openServer(t)
  await writeTwoPatients(server)
  const since = deedsSince(server)
  await since()
  const refers = (reference: string) => ({
    resource: { resourceType: 'Basic', code: { text: 'note' }, subject: { reference } },
    request: { method: 'POST', url: 'Basic' },
  })
  const fails = {
    resource: { resourceType: 'Basic', id: 'n', code: { text: 'note' } },
    request: { method: 'PUT', url: 'Basic/n', ifMatch: 'W/"9"' },
  }
  const transaction = (...entry: object[]) => server.post('', { resourceType: 'Bundle', type: 'transaction', entry })
  const has = 'Patient?_id=a&_has:Condition:patient:code=38341003'
  const asked = 'Patient?_id=a&_has%3ACondition%3Apatient%3Acode=38341003'
  t.equal((await transaction(refers(has), fails)).status, 412)
  t.match(await since(), [
    { outcome: '4', query: asked, parts: [{ id: 'n' }, { type: 'Patient', id: 'a', patients: ['a'] }] },
  ])
  t.equal((await transaction(refers(`${has}x`))).status, 412)
  t.match(await since(), [{ outcome: '4', query: `${asked}x` }])
  t.equal((await transaction(refers('Observation?patient=b'))).status, 200)
  t.match(await since(), [
    {
      outcome: '0',
      query: 'Observation?patient=b',
      parts: [{ id: 'ob', action: 'R', patients: ['b'] }, { action: 'C' }],
    },
  ])
  const absent = { request: { method: 'DELETE', url: 'Condition?patient=b&code=38341003' } }
  t.equal((await transaction(absent)).status, 200)
  t.match(await since(), [{ code: 'transaction', query: 'Condition?patient=b&code=38341003' }])
})

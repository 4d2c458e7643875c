import t from 'tap'
import { accessTo, recordOf } from '../../support/rights.ts'
import { type Json, openServer } from '../../support/server.ts'
import { condition, observation, patient, writeTwoPatients } from '../../support/two-patients.ts'

const PATCH = { 'content-type': 'application/json-patch+json' }
const toPatient = (id: string) => [{ op: 'replace', path: '/subject/reference', value: `Patient/${id}` }]
const transaction = (...entry: object[]) => ({ resourceType: 'Bundle', type: 'transaction', entry })

t.test('leak 4: conditions and conditional references take the right to search, and see what that sees', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  const server = open.as(accessTo(recordOf('a'), { s: { Condition: 'patient=Patient/a' } }))
  const own = observation('x', 'a')
  t.equal((await server.post('Observation', own, { 'if-none-exist': 'code=8867-4' })).status, 403)
  t.equal((await server.put('Observation?code=8867-4', { ...own, id: undefined })).status, 403)
  t.equal((await server.patch('Observation?code=8867-4', toPatient('a'), PATCH)).status, 403)
  t.equal((await server.delete('Observation?code=8867-4')).status, 403)
  const refers = (to: string) =>
    transaction({
      resource: { ...condition('x', 'a', '1'), evidence: [{ detail: [{ reference: to }] }] },
      request: { method: 'POST', url: 'Condition' },
    })
  t.equal((await server.post('', refers('Observation?code=8867-4'))).status, 403)
  t.equal((await server.post('', refers('Condition?code=86406008'))).status, 412, 'another patient’s is not found')
  t.equal((await server.post('', refers('Condition?code=38341003'))).status, 200)
  const created = await server.post('Condition', condition('x', 'a', '86406008'), { 'if-none-exist': 'code=86406008' })
  t.equal(created.status, 201, 'what another patient has does not stand in the way')
  for (const [method, path, headers] of [
    ['POST', 'Condition', { 'if-none-exist': 'foo=1' }],
    ['PUT', 'Condition?foo=1', {}],
    ['DELETE', 'Condition?foo=1', {}],
  ] as const) {
    t.equal((await server.ask(method, path, condition('x', 'a', '1'), headers)).status, 400, `${method} ${path}`)
  }
  t.equal((await server.delete('Condition?code=')).status, 412)
})

t.test('leak 4: a conditional delete of several deletes what is seen and may be deleted', async (t) => {
  const open = await openServer(t, { CHARTROOM_CONDITIONAL_DELETE: 'multiple' })
  await writeTwoPatients(open)
  await open.put('Condition/c2', condition('c2', 'a', '2'))
  const server = open.as(accessTo(recordOf('a'), { d: { Condition: 'code=2' } }))
  const { status, json } = await server.delete('Condition?_lastUpdated=gt2000', { prefer: 'return=OperationOutcome' })
  t.equal(status, 200)
  t.match(json.issue[0].diagnostics, /^1 Condition/)
  t.equal((await open.get('Condition/c2')).status, 410)
  for (const id of ['ca', 'cb']) t.equal((await open.get(`Condition/${id}`)).status, 200)
})

t.test('leak 9: moving a resource to another patient takes rights on both', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  const server = open.as(accessTo(recordOf('a')))
  t.equal((await server.put('Observation/oa', observation('oa', 'b'))).status, 403)
  t.equal((await server.patch('Observation/oa', toPatient('b'), PATCH)).status, 403)
  t.equal((await server.put('Observation/ob', observation('ob', 'a'))).status, 404)
  t.equal((await server.patch('Observation/ob', toPatient('a'), PATCH)).status, 404)
  t.equal((await server.post('Observation', observation('x', 'b'))).status, 403)
  t.equal((await server.put('Observation/oa', observation('oa', 'a', { status: 'amended' }))).status, 200)
  const both = open.as(accessTo({ Observation: 'patient=Patient/a,Patient/b' }))
  t.equal((await both.put('Observation/oa', observation('oa', 'b'))).status, 200)
  t.equal((await server.get('Observation/oa')).status, 404)
})

t.test('leak 9: in Bundles each entry is judged by itself', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  const server = open.as(accessTo({ ...recordOf('a'), Encounter: '' }, { c: recordOf('a') }))
  const entry = (method: string, url: string, resource: object) => ({ resource, request: { method, url } })
  const good = entry('POST', 'Observation', observation('x', 'a'))
  const bad = entry('POST', 'Observation', observation('x', 'b'))
  const whole = await server.post('', transaction(good, bad))
  t.equal(whole.status, 403)
  t.match(whole.json.issue[0].expression, ['Bundle.entry[1]'])
  t.equal((await server.get('Observation?_summary=count')).json.total, 1, 'nothing was written')
  t.equal((await server.post('', transaction(good, entry('PUT', 'Group/g', { resourceType: 'Group' })))).status, 403)
  const { json } = await server.post('', { ...transaction(good, bad), type: 'batch' })
  t.strictSame(
    json.entry.map(({ response }: Json) => response.status),
    ['201 Created', '403 Forbidden'],
  )
})

t.test('what a right rests on may be written along', async (t) => {
  const open = await openServer(t)
  const rights = { Encounter: 'class=AMB', Observation: 'encounter.class=AMB' }
  const server = open.as(accessTo(rights))
  const both = (code: string) =>
    transaction(
      {
        fullUrl: 'urn:uuid:11111111-1111-4111-8111-111111111111',
        resource: { resourceType: 'Encounter', status: 'planned', class: { code } },
        request: { method: 'POST', url: 'Encounter' },
      },
      {
        resource: {
          ...observation('x', 'a'),
          encounter: { reference: 'urn:uuid:11111111-1111-4111-8111-111111111111' },
        },
        request: { method: 'POST', url: 'Observation' },
      },
    )
  t.equal((await server.post('', both('AMB'))).status, 200)
  t.equal((await server.post('', both('IMP'))).status, 403)
  const { json } = await server.get('Encounter')
  const link = { encounter: { reference: `Encounter/${json.entry[0].resource.id}` } }
  t.equal((await server.post('Observation', observation('x', 'a', link))).status, 201)
  const dangling = { encounter: { reference: 'Encounter/none' } }
  t.equal((await server.post('Observation', observation('x', 'a', dangling))).status, 403)
})

t.test('who updates and does not read may not patch: its failure would tell', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  const server = open.as(accessTo(recordOf('a'), { r: {}, s: {} }))
  const test = [{ op: 'test', path: '/status', value: 'amended' }]
  t.equal((await server.patch('Observation/oa', test, PATCH)).status, 403)
  t.equal((await server.patch('Observation/ob', test, PATCH)).status, 404)
  t.equal((await server.put('Observation/oa', observation('oa', 'a', { status: 'amended' }))).status, 200)
  t.equal((await server.get('Observation/oa')).status, 403)
})

t.test('leak 13: adding or removing a security label takes its own right', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  const label = (code: string) => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code })
  const labelled = (...codes: string[]) => observation('oa', 'a', { meta: { security: codes.map(label) } })
  await open.put('Observation/oa', labelled('R'))
  const server = open.as(accessTo(recordOf('a')))
  t.equal((await server.put('Observation/oa', observation('oa', 'a'))).status, 403, 'removed')
  t.equal((await server.put('Observation/oa', labelled('R', 'V'))).status, 403, 'added')
  t.equal((await server.put('Observation/oa', labelled('N'))).status, 403, 'exchanged')
  t.equal((await server.post('Observation', labelled('N'))).status, 403, 'created with one')
  t.equal((await server.patch('Observation/oa', [{ op: 'remove', path: '/meta/security' }], PATCH)).status, 403)
  t.equal((await server.put('Observation/oa', { ...labelled('R'), status: 'amended' })).status, 200, 'kept')
  const restricts = open.as(accessTo(recordOf('a'), {}, { labels: [`${label('R').system}|R`] }))
  t.equal((await restricts.put('Observation/oa', labelled('R', 'V'))).status, 403)
  t.equal((await restricts.put('Observation/oa', observation('oa', 'a'))).status, 200)
  t.equal((await restricts.post('Observation', labelled('R'))).status, 201)
  const whole = open.as(accessTo({ Observation: 'all' }))
  t.equal((await whole.put('Observation/new', { ...labelled('V'), id: 'new' })).status, 403)
  t.equal((await whole.put('Observation/new', observation('new', 'a'))).status, 201)
})

t.test('where only some elements are writable, an update may change no others', async (t) => {
  const open = await openServer(t)
  const old = patient('a', { active: true, name: [{ family: 'Adler' }], multipleBirthInteger: 2 })
  await open.put('Patient/a', old)
  const access = accessTo(
    { Patient: 'all' },
    {},
    { labels: 'all', writable: { Patient: ['telecom', 'multipleBirth'] } },
  )
  const server = open.as(access)
  const telecom = [{ system: 'phone', value: '1' }]
  t.equal((await server.put('Patient/a', { ...old, telecom })).status, 200)
  t.equal((await server.put('Patient/a', { ...old, telecom, multipleBirthInteger: 3 })).status, 200)
  t.equal((await server.put('Patient/a', { ...old, telecom, active: false })).status, 403)
  t.equal((await server.put('Patient/a', { ...old, telecom, meta: { tag: [{ code: 'x' }] } })).status, 403)
  t.equal((await server.put('Patient/a', patient('a', { telecom }))).status, 403, 'what is left out is changed')
  t.equal((await server.patch('Patient/a', [{ op: 'remove', path: '/telecom' }], PATCH)).status, 200)
  t.equal((await server.patch('Patient/a', [{ op: 'remove', path: '/active' }], PATCH)).status, 403)
})

t.test('what was judged is what is written over', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  const server = open.as(accessTo(recordOf('a')))
  for (let round = 0; round < 5; round++) {
    await open.put('Observation/r', observation('r', 'a'))
    const [own] = await Promise.all([
      server.put('Observation/r', observation('r', 'a', { note: [{ text: 'by a' }] })),
      open.put('Observation/r', observation('r', 'b')),
    ])
    const { json } = await open.get('Observation/r')
    const versions = (await open.get('Observation/r/_history')).json.entry.map(({ resource }: Json) => resource)
    t.ok(own.status === 200 || own.status === 404)
    t.equal(json.subject.reference, 'Patient/b', 'the other patient’s is never written over')
    if (own.status === 200) t.equal(versions[1].note[0].text, 'by a')
  }
})

t.test('leak 4: criteria with chains, asked of what a transaction itself writes', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  await open.put('Organization/h', { resourceType: 'Organization', id: 'h', name: 'Secret' })
  const refers = (query: string) =>
    transaction(
      {
        resource: patient('q', { active: true, managingOrganization: { reference: 'Organization/h' } }),
        request: { method: 'POST', url: 'Patient' },
      },
      {
        resource: { ...observation('x', 'a'), subject: { reference: `Patient?${query}` } },
        request: { method: 'POST', url: 'Observation' },
      },
    )
  const query = 'organization.name=Secret&active=true'
  const found = await open.post('', refers(query))
  t.equal(found.status, 200)
  t.equal((await open.post('', refers('organization.name=Other&active=true'))).status, 412)
  const [, created] = found.json.entry
  const { json } = await open.get(created.response.location.replace(/^.*\/fhir\//, ''))
  t.match(json.subject.reference, /^Patient\/[^ab]/)
  const server = open.as(accessTo({ Observation: 'all', Patient: 'active=true' }))
  await open.delete(json.subject.reference)
  t.equal((await server.post('', refers(query))).status, 412, 'the name of what is hidden is no criterion')
})

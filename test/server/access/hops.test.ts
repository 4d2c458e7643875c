import t from 'tap'
import type { Expression } from '../../../search/expression.ts'
import type { Restriction } from '../../../search/searcher.ts'
import { accessTo, recordOf } from '../../support/rights.ts'
import { type Json, openServer, type TestServer } from '../../support/server.ts'
import { observation, writeTwoPatients } from '../../support/two-patients.ts'

const names = (json: Json): string[] =>
  (json.entry ?? []).map(({ resource }: Json) => `${resource.resourceType}/${resource.id}`)

async function found(server: TestServer, path: string): Promise<string[]> {
  const { status, json } = await server.get(path)
  return status === 200 ? names(json) : [String(status)]
}

t.test('leak 1: a chain or _has sees what the caller may see, at every hop', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  await open.put('Observation/linked', observation('linked', 'a', { focus: [{ reference: 'Patient/b' }] }))
  const server = open.as(accessTo(recordOf('a')))
  t.strictSame(await found(open, 'Practitioner?_has:Patient:general-practitioner:family=Berg'), ['Practitioner/gp'])
  t.strictSame(await found(server, 'Practitioner?_has:Patient:general-practitioner:family=Berg'), [])
  t.strictSame(await found(server, 'Practitioner?_has:Patient:general-practitioner:family=Adler'), ['Practitioner/gp'])
  const code = 'Practitioner?_has:Patient:general-practitioner:_has:Condition:patient:code'
  t.strictSame(await found(open, `${code}=86406008`), ['Practitioner/gp'])
  t.strictSame(await found(server, `${code}=86406008`), [], 'a code of another patient, two hops away')
  t.strictSame(await found(server, `${code}=38341003`), ['Practitioner/gp'])
  t.strictSame(await found(open, 'Observation?focus:Patient.family=Berg'), ['Observation/linked'])
  t.strictSame(await found(server, 'Observation?focus:Patient.family=Berg'), [])
  t.strictSame(await found(server, 'Observation?_filter=focus:Patient.family eq berg'.replaceAll(' ', '%20')), [])
  t.strictSame(await found(server, 'Patient?_has:Condition:patient:code=86406008'), [])
})

t.test(
  'leak 3: includes stay within what may be seen; a reference that is no compartment parameter grants nothing',
  async (t) => {
    const open = await openServer(t)
    await writeTwoPatients(open)
    await open.put('Observation/linked', observation('linked', 'a', { focus: [{ reference: 'Patient/b' }] }))
    await open.put('Observation/back', observation('back', 'b', { focus: [{ reference: 'Patient/a' }] }))
    const server = open.as(accessTo(recordOf('a')))
    t.strictSame(await found(server, 'Observation?_id=linked&_include=Observation:*'), [
      'Observation/linked',
      'Patient/a',
    ])
    t.strictSame(await found(server, 'Patient?_revinclude=Observation:focus'), ['Patient/a'])
    t.strictSame(
      (await found(server, 'Practitioner?_revinclude:iterate=*&_revinclude=*')).filter((name) => /b$|back/.test(name)),
      [],
    )
    t.strictSame(await found(server, 'Observation?_sort=_id'), ['Observation/linked', 'Observation/oa'])
  },
)

t.test('leak 3: each page is authorised anew', async (t) => {
  const open = await openServer(t)
  for (const id of ['p1', 'p2', 'p3']) await open.put(`Observation/${id}`, observation(id, 'a'))
  const access = accessTo(recordOf('a'))
  const server = open.as(access)
  const first = (await server.get('Observation?_count=1&_sort=_id')).json
  const next = first.link.find((link: Json) => link.relation === 'next').url.replace(/^.*\/fhir\//, '')
  await open.put('Observation/p2', observation('p2', 'b'))
  t.strictSame(await found(server, next), ['Observation/p3'], 'what went to another patient is not on the next page')
  const lost = open.as({ ...access, may: { ...access.may, s: accessTo({ Observation: 'status=amended' }).may.s } })
  t.strictSame(await found(lost, next), [], 'rights that the caller has no more')
})

t.test('leak 8: a type that the rights do not name gives nothing, and says so', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  await open.put('Group/g', {
    resourceType: 'Group',
    id: 'g',
    type: 'person',
    actual: true,
    member: [{ entity: { reference: 'Patient/a' } }, { entity: { reference: 'Patient/b' } }],
  })
  const server = open.as(accessTo(recordOf('a')))
  for (const path of ['Group/g', 'Group?member=Patient/a', 'Group/g/_history', 'Group/_history', 'Group/nobody']) {
    const { status, text } = await server.get(path)
    t.equal(status, 403, path)
    t.notMatch(text, /Patient\/[ab]/)
  }
  t.strictSame(await found(server, 'Patient?_revinclude=Group:member'), ['Patient/a'])
  t.strictSame(await found(server, '?_type=Group,Patient'), ['Patient/a'])
  t.strictSame(await found(server, 'Patient?_has:Group:member:_id=g'), [])
  t.equal((await open.as(accessTo({})).get('?_type=Patient')).status, 403)
})

t.test('leak 12: an empty filter is nothing, never everything', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  const none: Expression = { kind: 'or', parts: [] }
  const access = accessTo({ Practitioner: 'all' })
  const may: Restriction = { byType: { Practitioner: { kind: 'all' } }, others: none }
  const server = open.as({ ...access, may: { c: may, r: may, u: may, d: may, s: may } })
  t.equal((await server.get('Patient/a')).status, 404)
  t.strictSame(await found(server, 'Patient'), [])
  t.equal((await server.get('Patient?_summary=count')).json.total, 0)
  t.strictSame(await found(server, 'Practitioner?_has:Patient:general-practitioner:family=Adler'), [])
  t.equal((await server.get('Patient/a/_history')).status, 404)
  t.strictSame((await server.get('Patient/_history')).json.entry, undefined)
  t.equal((await server.post('Patient', { resourceType: 'Patient' })).status, 403)
  t.equal((await server.put('Patient/a', { resourceType: 'Patient', id: 'a' })).status, 404)
  t.equal((await server.delete('Patient/a')).status, 204)
  t.equal((await open.get('Patient/a')).status, 200)
})

t.test('leak 15: operators and names of prototypes are values and unknown parameters', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  const server = open.as(accessTo(recordOf('a')))
  for (const query of ['family[$ne]=x', '__proto__=x', 'constructor=x', 'toString:exact=x', 'patient.__proto__=x']) {
    const { status, json } = await server.get(`Patient?${query}`)
    t.ok(status === 200 || status === 400, query)
    if (status === 200)
      t.strictSame(
        names(json).filter((name) => name !== 'OperationOutcome/undefined'),
        ['Patient/a'],
      )
    t.equal((await server.get(`Patient?${query}`, { prefer: 'handling=strict' })).status, 400)
  }
  t.strictSame(await found(server, 'Patient?family=.*'), [])
  for (const type of ['__proto__', 'constructor', 'toString']) t.equal((await server.get(`${type}/a`)).status, 404)
})

t.test('leak 16: totals count what may be seen', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  const server = open.as(accessTo(recordOf('a')))
  t.equal((await server.get('Patient?_summary=count')).json.total, 1)
  t.equal((await server.get('Observation?_count=0')).json.total, 1)
  t.equal((await server.get('Observation?_total=accurate&_count=1')).json.total, 1)
  t.equal((await server.get('?_type=Patient,Observation&_summary=count')).json.total, 2)
  t.equal((await server.get('Patient/b/Observation')).json.total, 0)
  t.equal((await server.get('Patient/b/*')).json.total, 0)
})

t.test('leak 17: AuditEvents come with no wildcard, only where the rights name them', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  const sent = await open.post('AuditEvent', {
    resourceType: 'AuditEvent',
    type: { code: 'rest' },
    recorded: '2026-01-01T00:00:00Z',
    agent: [{ requestor: true, who: { reference: 'Patient/a' } }],
    source: { observer: { reference: 'Practitioner/gp' } },
    entity: [{ what: { reference: 'Patient/a' }, query: 'c2VjcmV0' }],
  })
  const server = open.as(accessTo(recordOf('a')))
  t.equal(sent.status, 201)
  for (const path of ['Patient?_revinclude=*', 'Patient/a/$everything']) {
    const { status, text } = await server.get(path)
    t.equal(status, 200, path)
    t.notMatch(text, /AuditEvent|c2VjcmV0/)
  }
  t.equal((await server.get('AuditEvent')).status, 403)
  t.equal((await server.get('Patient/a/AuditEvent')).status, 403)
  const named = open.as(accessTo({ ...recordOf('a'), AuditEvent: 'patient=Patient/a' }))
  t.ok((await found(named, 'AuditEvent')).includes(`AuditEvent/${sent.json.id}`))
  for (const path of ['Patient?_has:AuditEvent:patient:action=R', 'Patient?_revinclude=AuditEvent:patient']) {
    t.equal((await named.get(path)).status, 400, 'nothing leads to them')
  }
})

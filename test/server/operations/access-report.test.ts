import t, { type Test } from 'tap'
import { checkStructure } from '../../../resources/validation/structure/check.ts'
import { accessFor, identityWith } from '../../support/access.ts'
import { reading, recordDeeds } from '../../support/deeds.ts'
import { type Json, openServer, type TestServer } from '../../support/server.ts'

const ref = (reference: string) => ({ reference })
const practitioner = (id: string, family: string, given: string, department: string, more: object = {}) => [
  { resourceType: 'Practitioner', id, name: [{ family, given: [given] }] },
  {
    resourceType: 'PractitionerRole',
    id: `role-${id}`,
    practitioner: ref(`Practitioner/${id}`),
    organization: ref(`Organization/${department}`),
    code: [{ text: `works as ${id}` }],
    ...more,
  },
]
const subject = ref('Patient/p')
const MARCH = { start: '2026-03-10T09:00:00Z', end: '2026-03-12T12:00:00Z' }

const RESOURCES: Json[] = [
  { resourceType: 'Patient', id: 'p', generalPractitioner: [ref('PractitionerRole/role-gp')] },
  { resourceType: 'Patient', id: 'q' },
  { resourceType: 'RelatedPerson', id: 'mother', patient: subject },
  ...['ward', 'office', 'payer', 'other'].map((id) => ({ resourceType: 'Organization', id, name: `The ${id}` })),
  ...practitioner('attending', 'Bell', 'Ann', 'ward'),
  ...practitioner('nurse', 'Nye', 'Bo', 'ward'),
  ...practitioner('gone', 'Gone', 'Al', 'ward', { period: { end: '2026-01-31' } }),
  ...practitioner('gp', 'Gray', 'Pat', 'office'),
  ...practitioner('coder', 'Code', 'Cy', 'office'),
  ...practitioner('surgeon', 'Surge', 'Sam', 'office'),
  ...practitioner('lab', 'Lab', 'Lee', 'office'),
  ...practitioner('snoop', '=Snoop"', '<b>Kim</b>', 'office'),
  {
    resourceType: 'Encounter',
    id: 'e',
    status: 'finished',
    class: { code: 'IMP' },
    subject,
    participant: [{ individual: ref('Practitioner/attending') }],
    period: MARCH,
    serviceProvider: ref('Organization/ward'),
  },
  {
    resourceType: 'Encounter',
    id: 'of-another',
    status: 'finished',
    class: { code: 'IMP' },
    subject: ref('Patient/q'),
    participant: [{ individual: ref('Practitioner/snoop') }],
    period: MARCH,
  },
  {
    resourceType: 'ServiceRequest',
    id: 'order',
    status: 'completed',
    intent: 'order',
    subject,
    authoredOn: '2026-03-11',
    requester: ref('Practitioner/surgeon'),
    performer: [ref('Practitioner/lab')],
  },
  {
    resourceType: 'Task',
    id: 'coding',
    status: 'completed',
    intent: 'order',
    for: subject,
    owner: ref('PractitionerRole/role-coder'),
    authoredOn: '2026-04-01T00:00:00Z',
    lastModified: '2026-04-02T00:00:00Z',
  },
  { resourceType: 'Coverage', id: 'cov', status: 'active', beneficiary: subject, payor: [ref('Organization/payer')] },
  {
    resourceType: 'Claim',
    id: 'claim',
    status: 'active',
    type: { text: 'x' },
    use: 'claim',
    patient: subject,
    created: '2026-04-03',
    provider: ref('Organization/ward'),
    priority: { text: 'normal' },
    insurance: [{ sequence: 1, focal: true, coverage: ref('Coverage/cov') }],
  },
]

async function filled(t: Test): Promise<TestServer> {
  const server = await openServer(t)
  const entry = RESOURCES.map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }))
  const { status, text } = await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })
  t.equal(status, 200, text.slice(0, 500))
  return server
}

const valueIn = (part: Json) => Object.entries(part).find(([name]) => name.startsWith('value'))?.[1] as Json

/** Rows of a report in JSON: the first value of each part, by name. */
function rowsOf({ json }: { json: Json }): Json[] {
  return json.parameter
    .filter(({ name }: Json) => name === 'access')
    .map(({ part }: Json) => Object.fromEntries(part.toReversed().map((one: Json) => [one.name, valueIn(one)])))
    .filter(({ agent }: Json) => agent !== 'AUTH=off')
}

const factOf = ({ json }: { json: Json }, wanted: string) =>
  valueIn(json.parameter.find(({ name }: Json) => name === wanted))

const REPORT = 'Patient/p/$access-report'

t.test('each access with who and why; what is unexplained comes first, then the latest first', async (t) => {
  const server = await filled(t)
  await recordDeeds(server, [
    reading('Practitioner/attending', 'p', '2026-03-11T10:00:00Z'),
    reading('Practitioner/attending', 'p', '2026-03-19T10:00:00Z'),
    reading('Practitioner/attending', 'p', '2026-03-20T10:00:00Z'),
    reading('Practitioner/nurse', 'p', '2026-03-03T10:00:00Z'),
    reading('Practitioner/nurse', 'p', '2026-03-02T10:00:00Z'),
    reading('Practitioner/gone', 'p', '2026-03-11T10:00:00Z'),
    reading('PractitionerRole/role-gp', 'p', '2024-03-11T10:00:00Z'),
    reading('Practitioner/coder', 'p', '2026-04-05T10:00:00Z'),
    reading('Practitioner/coder', 'p', '2026-06-05T10:00:00Z'),
    reading('Practitioner/surgeon', 'p', '2026-03-12T10:00:00Z'),
    reading('Practitioner/lab', 'p', '2026-03-12T10:00:00Z'),
    reading('Practitioner/snoop', 'p', '2026-03-11T10:00:00Z'),
    reading('Practitioner/snoop', 'q', '2026-03-11T10:00:00Z'),
    reading('Patient/p', 'p', '2026-05-11T10:00:00Z'),
    reading('RelatedPerson/mother', 'p', '2026-05-11T10:00:00Z'),
    reading('Patient/q', 'p', '2026-05-11T10:00:00Z'),
    reading('', 'p', '2026-05-01T10:00:00Z', { agent: { client: 'insurer', organization: 'payer' } }),
    reading('', 'p', '2026-05-01T10:00:00Z', { agent: { client: 'stranger', organization: 'other' } }),
    reading('', 'p', '2026-05-01T10:00:00Z', { agent: { client: 'warehouse' } }),
    reading('', 'p', '2026-05-01T10:00:00Z', { agent: { system: 'server' } }),
    reading('', 'p', '2026-05-01T10:00:00Z', { agent: { system: 'demo' } }),
    reading('', 'p', '2026-05-01T10:00:00Z', { agent: {}, outcome: '4', told: 'unauthenticated' }),
    reading('Practitioner/officer', 'p', '2026-05-02T10:00:00Z', {
      kind: 'operation',
      code: 'access-report',
      parts: [],
      patients: ['p', 'q'],
    }),
  ])
  const reply = await server.get(REPORT)
  t.equal(reply.status, 200)
  t.match(reply.headers['content-type'], /fhir\+json/)
  const rows = rowsOf(reply)
  const told = rows.map(({ who, agent, client, when, reason = 'unexplained', evidence }) => [
    who?.reference ?? client ?? agent ?? 'nobody',
    when.slice(0, 10),
    reason,
    evidence?.reference,
  ])
  t.strictSame(told, [
    ['nobody', '2026-05-01', 'unexplained', undefined],
    ['stranger', '2026-05-01', 'unexplained', undefined],
    ['Patient/q', '2026-05-11', 'unexplained', undefined],
    ['Practitioner/snoop', '2026-03-11', 'unexplained', undefined],
    ['Practitioner/coder', '2026-06-05', 'unexplained', undefined],
    ['Practitioner/gone', '2026-03-11', 'unexplained', undefined],
    ['Practitioner/nurse', '2026-03-02', 'unexplained', undefined],
    ['Practitioner/attending', '2026-03-20', 'unexplained', undefined],
    ['Practitioner/officer', '2026-05-02', 'audit-review', undefined],
    ['demo', '2026-05-01', 'system-job', undefined],
    ['server', '2026-05-01', 'system-job', undefined],
    ['warehouse', '2026-05-01', 'system-job', undefined],
    ['insurer', '2026-05-01', 'payer', 'Claim/claim'],
    ['RelatedPerson/mother', '2026-05-11', 'own-record', undefined],
    ['Patient/p', '2026-05-11', 'own-record', undefined],
    ['Practitioner/lab', '2026-03-12', 'orderer', 'ServiceRequest/order'],
    ['Practitioner/surgeon', '2026-03-12', 'orderer', 'ServiceRequest/order'],
    ['Practitioner/coder', '2026-04-05', 'task-owner', 'Task/coding'],
    ['PractitionerRole/role-gp', '2024-03-11', 'care-team', 'Patient/p'],
    ['Practitioner/nurse', '2026-03-03', 'service-provider', 'Encounter/e'],
    ['Practitioner/attending', '2026-03-19', 'encounter-participant', 'Encounter/e'],
    ['Practitioner/attending', '2026-03-11', 'encounter-participant', 'Encounter/e'],
  ])
  t.equal(factOf(reply, 'total'), 23, 'with the transaction')
  t.equal(factOf(reply, 'unexplained'), 9)
  const last = rows.at(-1)
  t.match(last, {
    who: { reference: 'Practitioner/attending', display: 'Ann Bell' },
    role: 'works as attending',
    department: 'The ward',
    client: 'chart-app',
    when: '2026-03-11T10:00:00.000Z',
    interaction: 'read',
    entity: { reference: 'Condition/c-p/_history/1' },
    from: '10.0.0.7',
    purpose: { code: 'TREAT' },
    outcome: '0',
  })
  t.notMatch(reply.text, /Patient\/q\/|c-q/, 'nothing of another patient, but who was here')
})

t.test('as CSV: a line an access, and no cell that a spreadsheet would run', async (t) => {
  const server = await filled(t)
  await recordDeeds(server, [
    reading('Practitioner/snoop', 'p', '2026-03-11T10:00:00Z', {
      code: 'search-type',
      parts: [],
      patients: ['p'],
      query: '=HYPERLINK("http://evil"),x',
      from: '+1',
      purposes: ['@SUM'],
    }),
  ])
  const { headers, text } = await server.get(`${REPORT}?format=csv`)
  t.equal(headers['content-type'], 'text/csv; charset=utf-8')
  t.equal(headers['content-disposition'], 'attachment; filename="access-report.csv"')
  const lines = text.split('\r\n')
  t.match(lines[0], /^when,who,user,role,department,why,evidence,action,what,query,.*,event$/)
  const line = lines.find((one) => one.includes('Practitioner/snoop')) ?? ''
  t.match(line, '<b>Kim</b> =Snoop"""', 'a quote is doubled')
  t.match(line, `,"'=HYPERLINK(""http://evil""),x",`)
  t.match(line, ",'+1,'@SUM,done,")
  t.match(line, /,unexplained,,search-type,/)
})

t.test('as a page: nothing of what is told is markup, and it tells without scripts and colours', async (t) => {
  const server = await filled(t)
  await recordDeeds(server, [
    reading('Practitioner/snoop', 'p', '2026-03-11T10:00:00Z', {
      query: '"><script>alert(1)</script>',
      from: "'&\u0001",
    }),
  ])
  const { headers, text } = await server.get(`${REPORT}?format=html`, { accept: 'text/html' })
  t.equal(headers['content-type'], 'text/html; charset=utf-8')
  t.equal(headers['content-disposition'], undefined, 'it is shown')
  t.match(text, '&lt;b&gt;Kim&lt;/b&gt; =Snoop&quot;')
  t.match(text, '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;')
  t.match(text, '&#39;&amp;\ufffd')
  t.notMatch(text, /<script|<b>|javascript:|\son\w+=/i)
  t.match(text, /<html lang="en">.*<title>Accesses to the record of Patient\/p<\/title>/s)
  t.match(text, '<th scope="col">Why</th>')
  t.match(text, /<tr class="marked">.*unexplained<\/td>/)
})

t.test('the patient is told who and why, and nothing that may tell of others', async (t) => {
  const server = await filled(t)
  const labelled = { resourceType: 'AuditEvent', meta: { security: [{ code: 'R' }] }, type: { code: 'x' }, agent: [] }
  await recordDeeds(server, [
    reading('Practitioner/snoop', 'p', '2026-03-11T10:00:00Z', { query: 'Patient?_id=p,q', count: 2 }),
    reading('', 'p', '2026-03-11T10:00:00Z', { kind: 'external', event: labelled }),
  ])
  const patient = server.as(await accessFor(identityWith(['patient/AuditEvent.rs'], { patient: 'p' })))
  const [row, ...others] = rowsOf(await patient.get(REPORT))
  t.match(row, { who: { reference: 'Practitioner/snoop', display: '<b>Kim</b> =Snoop"' }, why: 'unexplained' })
  for (const name of ['query', 'resources', 'from', 'event']) t.notOk(name in row, name)
  t.strictSame(others, [], 'what is labelled is left out')
  t.notMatch((await patient.get(`${REPORT}?format=csv`)).text, /_id=p,q|10\.0\.0\.7|query/)
  t.equal(rowsOf(await server.get(REPORT)).length, 2 + 2, 'the office is told all, the reports before this one too')
})

t.test('start and end, none, and bad input', async (t) => {
  const server = await openServer(t)
  await recordDeeds(server, [reading('Practitioner/x', 'p', '2026-03-11T10:00:00Z')])
  const count = async (query: string) => rowsOf(await server.get(`${REPORT}?${query}`)).length
  t.equal(await count('start=2001'), 1)
  t.equal(await count('end=2999'), 1)
  t.equal(await count('start=2999'), 0)
  t.equal(await count('end=2001'), 0)
  const empty = await server.get('Patient/nobody/$access-report')
  t.match(empty, { status: 200, json: { resourceType: 'Parameters' } })
  t.equal(factOf(empty, 'total'), 0)
  for (const bad of ['format=xml', 'start=yesterday', 'start=2026-02&end=2026-01', 'patient=q']) {
    const { status, json } = await server.get(`${REPORT}?${bad}`)
    t.equal(status, 400, bad)
    t.equal(json.resourceType, 'OperationOutcome')
  }
  t.equal(
    (await server.post(REPORT, { resourceType: 'Parameters', parameter: [{ name: 'end', valueDate: '2001' }] })).status,
    200,
  )
  t.equal((await server.get('Practitioner/x/$access-report')).status, 404)
})

t.test('the answer is a Parameters of right structure, and is on record', async (t) => {
  const server = await filled(t)
  await recordDeeds(server, [
    reading('Practitioner/attending', 'p', '2026-03-11T10:00:00Z', { purposes: [], from: '\u0001', query: ' ' }),
    reading('', 'p', '2026-03-11T10:00:00Z', { agent: {}, parts: [], patients: ['p'] }),
  ])
  const { text, bytes } = await server.get(REPORT)
  t.strictSame(checkStructure(JSON.parse(text), bytes), [])
  const again = rowsOf(await server.get(REPORT))
  t.equal(again.length, 2)
  const all = (await server.get(REPORT)).json.parameter.filter(({ part = [] }: Json) =>
    part.some(({ valueString }: Json) => valueString === 'access-report'),
  )
  t.equal(all.length, 2, 'each report is an access itself')
})

t.test('rows beyond those that are kept: each once, the unexplained ones first', async (t) => {
  const server = await filled(t)
  const users = ['Practitioner/attending', 'Practitioner/snoop', 'Practitioner/nurse']
  await recordDeeds(
    server,
    Array.from({ length: 4_500 }, (_, at) => {
      const when = new Date(Date.parse('2026-03-11T00:00:00Z') + at * 1000).toISOString()
      return reading(users[at % 3]!, 'p', when)
    }),
  )
  const rows = rowsOf(await server.get(REPORT))
  t.equal(rows.length, 4_500)
  t.equal(new Set(rows.map(({ event }) => event.reference)).size, 4_500)
  t.ok(rows.slice(0, 1_500).every(({ who }) => who.reference === 'Practitioner/snoop'))
  t.notOk(rows.slice(1_500).some(({ who }) => who.reference === 'Practitioner/snoop'))
  const times = rows.slice(1_500).map(({ when }) => when)
  t.strictSame(times, [...times].sort().reverse())
})

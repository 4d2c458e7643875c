import t, { type Test } from 'tap'
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
  t.equal(factOf(reply, 'total'), 21)
  t.equal(factOf(reply, 'unexplained'), 8)
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

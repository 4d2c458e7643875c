import t from 'tap'
import { PatientRecord } from '../../../him/privacy/patient-record.ts'
import { REASON_TYPES, REASONS, WINDOWS } from '../../../him/privacy/reasons/all.ts'
import { isDefined } from '../../../search/parameters.ts'
import { type Json, openServer } from '../../support/server.ts'

const ref = (reference: string) => ({ reference })
const who = (id: string) => ref(`Practitioner/${id}`)
const subject = ref('Patient/p')
const patient = subject
const text = { text: 'x' }
const DAY = 86_400_000
const day = (date: string) => Date.parse(date) / DAY

/** Each with the reason, the name and the days (first, last) that it has to give. */
const CASES: [
  resource: Json,
  ties: [reason: string, name: string, first: string | undefined, last: string | undefined][],
][] = [
  [
    { resourceType: 'Patient', id: 'p', generalPractitioner: [ref('Organization/gp')] },
    [['care-team', 'Organization/gp', undefined, undefined]],
  ],
  [
    {
      resourceType: 'Encounter',
      id: 'past',
      status: 'finished',
      class: { code: 'AMB' },
      subject,
      participant: [{ individual: who('a') }, { individual: ref('PractitionerRole/r') }],
      period: { start: '2026-03-10', end: '2026-03-12' },
      serviceProvider: ref('Organization/ward'),
      location: [{ location: ref('Location/bed') }],
    },
    [
      ['encounter-participant', 'Practitioner/a', '2026-03-03', '2026-03-19'],
      ['encounter-participant', 'PractitionerRole/r', '2026-03-03', '2026-03-19'],
      ['service-provider', 'Organization/ward', '2026-03-03', '2026-03-19'],
      ['service-provider', 'Location/bed', '2026-03-03', '2026-03-19'],
    ],
  ],
  [
    {
      resourceType: 'Encounter',
      id: 'open',
      status: 'in-progress',
      class: { code: 'IMP' },
      subject,
      participant: [{ individual: who('b') }],
      period: { start: '2026-03-10T23:59:00Z' },
    },
    [['encounter-participant', 'Practitioner/b', '2026-03-03', undefined]],
  ],
  [
    {
      resourceType: 'CareTeam',
      id: 't',
      subject,
      period: { start: '2026-01-10', end: '2026-02-10' },
      participant: [{ member: who('c') }, { member: who('d'), period: { start: '2026-02-01' } }],
      managingOrganization: [ref('Organization/team')],
    },
    [
      ['care-team', 'Practitioner/c', '2026-01-03', '2026-02-17'],
      ['care-team', 'Practitioner/d', '2026-01-25', undefined],
      ['care-team', 'Organization/team', '2026-01-03', '2026-02-17'],
    ],
  ],
  [
    {
      resourceType: 'EpisodeOfCare',
      id: 'ep',
      status: 'active',
      patient,
      careManager: who('e'),
      period: { start: '2026-01-10' },
    },
    [['care-team', 'Practitioner/e', '2026-01-03', undefined]],
  ],
  [
    {
      resourceType: 'MedicationRequest',
      id: 'm',
      status: 'active',
      intent: 'order',
      subject,
      medicationCodeableConcept: text,
      requester: who('f'),
      authoredOn: '2026-03-01',
    },
    [['orderer', 'Practitioner/f', '2026-03-01', '2026-03-31']],
  ],
  [
    {
      resourceType: 'ServiceRequest',
      id: 's',
      status: 'active',
      intent: 'order',
      subject,
      requester: who('g'),
      performer: [ref('Organization/lab')],
      authoredOn: '2026-03-01',
    },
    [
      ['orderer', 'Practitioner/g', '2026-03-01', '2026-03-31'],
      ['orderer', 'Organization/lab', '2026-03-01', '2026-03-31'],
    ],
  ],
  [
    {
      resourceType: 'DiagnosticReport',
      id: 'dr',
      status: 'final',
      code: text,
      subject,
      basedOn: [ref('ServiceRequest/s')],
      resultsInterpreter: [who('h')],
      effectiveDateTime: '2026-06-01',
    },
    [
      ['result-recipient', 'Practitioner/g', '2026-05-25', '2026-07-01'],
      ['result-recipient', 'Practitioner/h', '2026-05-25', '2026-07-01'],
    ],
  ],
  [
    {
      resourceType: 'Communication',
      id: 'co',
      status: 'completed',
      subject,
      recipient: [who('i')],
      sent: '2026-06-01T10:00:00Z',
    },
    [['result-recipient', 'Practitioner/i', '2026-05-25', '2026-07-01']],
  ],
  [
    {
      resourceType: 'Procedure',
      id: 'pr',
      status: 'completed',
      subject,
      performer: [{ actor: who('j') }],
      performedPeriod: { start: '2026-06-01', end: '2026-06-02' },
    },
    [['performer', 'Practitioner/j', '2026-05-25', '2026-06-09']],
  ],
  [
    {
      resourceType: 'Observation',
      id: 'ob',
      status: 'final',
      code: text,
      subject,
      performer: [who('k')],
      effectiveDateTime: '2026-06-01',
    },
    [['performer', 'Practitioner/k', '2026-05-25', '2026-06-08']],
  ],
  [
    {
      resourceType: 'Appointment',
      id: 'ap',
      status: 'booked',
      start: '2026-06-01T10:00:00Z',
      end: '2026-06-01T11:00:00Z',
      participant: [
        { actor: subject, status: 'accepted' },
        { actor: who('l'), status: 'accepted' },
      ],
    },
    [['appointment', 'Practitioner/l', '2026-05-25', '2026-06-08']],
  ],
  [
    {
      resourceType: 'Task',
      id: 'open',
      status: 'in-progress',
      intent: 'order',
      for: subject,
      owner: who('m'),
      authoredOn: '2026-06-01',
    },
    [['task-owner', 'Practitioner/m', '2026-06-01', undefined]],
  ],
  [
    {
      resourceType: 'Task',
      id: 'wrong',
      status: 'entered-in-error',
      intent: 'order',
      for: subject,
      owner: who('nobody'),
      authoredOn: '2026-06-01',
    },
    [],
  ],
  [
    { resourceType: 'Coverage', id: 'cov', status: 'active', beneficiary: subject, payor: [ref('Organization/payor')] },
    [],
  ],
  [
    {
      resourceType: 'Claim',
      id: 'cl',
      status: 'active',
      type: text,
      use: 'claim',
      patient,
      created: '2026-06-01',
      insurer: ref('Organization/insurer'),
      provider: ref('Organization/billing'),
      enterer: who('n'),
      priority: text,
      insurance: [{ sequence: 1, focal: true, coverage: ref('Coverage/cov') }],
    },
    [
      ['payer', 'Organization/insurer', '2026-05-25', '2027-06-01'],
      ['payer', 'Organization/payor', '2026-05-25', '2027-06-01'],
      ['claim-party', 'Practitioner/n', '2026-05-25', '2026-08-30'],
      ['claim-party', 'Organization/billing', '2026-05-25', '2026-08-30'],
    ],
  ],
]

t.test('whom each resource of a record ties to the patient, and for which days', async (t) => {
  const server = await openServer(t)
  const others = CASES.map(([resource]) =>
    JSON.parse(
      JSON.stringify(resource).replaceAll('Practitioner/', 'Practitioner/other-').replaceAll('Patient/p', 'Patient/q'),
    ),
  )
  const entry = [...CASES.map(([resource]) => resource), ...others.map((one) => ({ ...one, id: `${one.id}-q` }))].map(
    (resource) => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    }),
  )
  const { status, text: told } = await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })
  t.equal(status, 200, told.slice(0, 500))
  const { searcher, baseUrl, zone } = server.services
  const record = await PatientRecord.load('p', searcher, { baseUrl, zone })
  for (const [{ resourceType, id }, ties] of CASES) {
    for (const [reason, name, first, last] of ties) {
      const held = [...record.of(name, reason)].filter(({ source }) => source === `${resourceType}/${id}`)
      const from = first === undefined ? Number.NEGATIVE_INFINITY : day(first)
      const to = last === undefined ? Number.POSITIVE_INFINITY : day(last)
      t.strictSame(held, [{ from, to, source: `${resourceType}/${id}` }], `${reason} ${name}`)
    }
  }
  t.notOk(record.knows('Practitioner/nobody'))
  t.notOk(record.knows('Practitioner/other-a'), 'nothing of another record')
  t.notOk(record.knows('Organization/absent'))
})

t.test('each reason has its days, and each type can be looked for by patient', async (t) => {
  t.strictSame(Object.keys(WINDOWS).sort(), REASONS.map(({ code }) => code).sort())
  for (const type of REASON_TYPES) t.ok(type === 'Patient' || isDefined(type, 'patient'), type)
})

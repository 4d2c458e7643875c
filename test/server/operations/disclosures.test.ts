import t, { type Test } from 'tap'
import type { Deed } from '../../../auth/audit/deed.ts'
import { accessFor, identityWith } from '../../support/access.ts'
import { reading, recordDeeds } from '../../support/deeds.ts'
import { type Json, openServer, type TestServer } from '../../support/server.ts'

const PATH = 'Patient/p/$disclosures'
const DAY = 86_400_000
const ref = (reference: string) => ({ reference })
const ago = (days: number) => new Date(Date.now() - days * DAY).toISOString()
const dayAgo = (days: number) => ago(days).slice(0, 10)
const organization = (id: string, type: string | undefined, more: object = {}) => ({
  resourceType: 'Organization',
  id,
  name: `The ${id}`,
  ...(type === undefined
    ? {}
    : { type: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/organization-type', code: type }] }] }),
  ...more,
})
const ADDRESS = { line: ['1 Court Street'], city: 'Larkmoor', state: 'VT', postalCode: '05990' }

const RESOURCES: Json[] = [
  { resourceType: 'Patient', id: 'p', managingOrganization: ref('Organization/hospital') },
  { resourceType: 'Patient', id: 'q' },
  organization('hospital', 'prov'),
  organization('ward', 'dept', { partOf: ref('Organization/hospital') }),
  organization('clinic', 'prov'),
  organization('payer', 'pay', { address: [ADDRESS] }),
  organization('court', 'govt', { address: [ADDRESS] }),
  organization('registry', 'govt'),
  { resourceType: 'Practitioner', id: 'own' },
  {
    resourceType: 'PractitionerRole',
    id: 'r',
    practitioner: ref('Practitioner/own'),
    organization: ref('Organization/ward'),
  },
  { resourceType: 'RelatedPerson', id: 'mother', patient: ref('Patient/p') },
]

const consent = (id: string, provision: object, patient = 'p') => ({
  resourceType: 'Consent',
  id,
  status: 'active',
  scope: { coding: [{ code: 'patient-privacy' }] },
  category: [{ text: 'x' }],
  patient: ref(`Patient/${patient}`),
  policyRule: { text: 'x' },
  provision,
})

async function filled(t: Test, more: Json[] = []): Promise<TestServer> {
  const server = await openServer(t)
  const entry = [...RESOURCES, ...more].map((resource) => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
  }))
  const { status, text } = await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })
  t.equal(status, 200, text.slice(0, 500))
  return server
}

/** Somebody of an organization reads something of the patient. */
const by = (organization: string | undefined, days: number, purposes: string[], more: Partial<Deed> = {}) => {
  const agent = { client: `app-of-${organization}`, ...(organization === undefined ? {} : { organization }) }
  return reading('', 'p', ago(days), { agent, purposes, ...more })
}

/** A disclosure that was written down by hand. */
function manual(days: number, recipient: object, purpose: string, more: object = {}): Deed {
  const event = {
    resourceType: 'AuditEvent',
    type: { system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110106' },
    subtype: [{ system: 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle', code: 'disclose' }],
    action: 'R',
    outcome: '0',
    recorded: ago(days),
    purposeOfEvent: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: purpose }] }],
    agent: [
      { requestor: true, type: { coding: [dcm('110153')] }, who: ref('Practitioner/own') },
      { requestor: false, type: { coding: [dcm('110152')] }, ...recipient },
    ],
    source: { observer: ref('Organization/hospital') },
    entity: [
      { what: ref('Patient/p'), type: { code: '1' }, role: { code: '1' }, name: 'Pat Ient' },
      { description: 'discharge letter' },
    ],
    ...more,
  }
  const agent = { user: 'Practitioner/own' }
  return { at: Date.now(), kind: 'external', code: 'create', action: 'C', outcome: '0', agent, patients: ['p'], event }
}

const dcm = (code: string) => ({ system: 'http://dicom.nema.org/resources/ontology/DCM', code })
const COURT = { who: ref('Organization/court') }

const textOf = (part: Json) => part.valueInstant?.slice(0, 10) ?? part.valueString ?? part.valueInteger
const toldBy = ({ json }: { json: Json }) =>
  json.parameter
    .filter(({ name }: Json) => name === 'disclosure')
    .map(({ part }: Json) => {
      const of = (wanted: string) => part.filter(({ name }: Json) => name === wanted)
      const [to] = of('recipient')
      return [
        textOf(of('date')[0]),
        to.valueReference.reference ?? to.valueReference.display,
        of('what').map(textOf).join(),
        of('purpose')
          .map((one: Json) => one.valueCoding.code)
          .join(),
        textOf(of('times')[0]),
      ]
    })

t.test('what was told to others is accounted for, and nothing that the rule leaves out', async (t) => {
  const server = await filled(t, [
    consent('permit', { type: 'permit' }),
    consent('deny', { type: 'deny' }),
    consent('to-court', {
      type: 'deny',
      provision: [{ type: 'permit', actor: [{ role: { text: 'x' }, reference: ref('Organization/court') }] }],
    }),
    consent('of-another', { type: 'permit' }, 'q'),
  ])
  await recordDeeds(server, [
    // Told to others.
    by('payer', 10, ['HRESCH']),
    by('payer', 8, []),
    by('clinic', 7, ['PUBHLTH', 'TREAT']),
    by('court', 6, ['HLEGAL'], { decidedBy: ['Consent/deny', 'Consent/of-another', 'Consent/absent'] }),
    by('registry', 5, ['PUBHLTH'], { decidedBy: ['Consent/to-court'] }),
    manual(4, COURT, 'HLEGAL'),
    manual(3, { name: 'A Reporter', network: { address: '1 Press Street' } }, 'PUBHLTH'),
    by(undefined, 2, ['PUBHLTH'], { kind: 'operation', code: 'export', action: 'E', parts: [], patients: ['p', 'q'] }),
    by(undefined, 2, ['PUBHLTH'], { agent: { user: 'Practitioner/x', role: 'insurer' } }),
    reading('Patient/q', 'p', ago(1), { purposes: [] }),
    // Treatment, payment, operations, and what is below them.
    by('payer', 10, ['HPAYMT']),
    by('payer', 10, ['ELIGDTRM', 'HOPERAT']),
    by('clinic', 10, ['ETREAT']),
    manual(4, COURT, 'COC'),
    // The hospital's own.
    reading('Practitioner/own', 'p', ago(3), { purposes: [] }),
    by('ward', 3, []),
    by(undefined, 3, []),
    by(undefined, 3, [], { kind: 'operation', code: 'export', action: 'E', parts: [], patients: ['p'] }),
    // To the individual.
    reading('Patient/p', 'p', ago(3), { purposes: [] }),
    reading('RelatedPerson/mother', 'p', ago(3), { purposes: [] }),
    by('payer', 3, ['PATRQT']),
    manual(3, { who: ref('Patient/p') }, 'PUBHLTH'),
    // By authorization.
    by('payer', 3, ['HRESCH'], { decidedBy: ['policy/insurer|1', 'Consent/permit'] }),
    by('court', 3, ['HLEGAL'], { decidedBy: ['Consent/to-court'] }),
    manual(3, COURT, 'HLEGAL', { entity: [{ what: ref('Patient/p') }, { what: ref('Consent/permit') }] }),
    // What codes leave out.
    ...['incident', 'directory', 'family', 'national-security', 'custody', 'limited-data-set'].map((code) =>
      manual(3, COURT, 'PUBHLTH', {
        subtype: [
          { system: 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle', code: 'disclose' },
          { system: 'https://chartroom.invalid/fhir/CodeSystem/disclosure-exception', code },
        ],
      }),
    ),
    // Not told, or not of this patient.
    by('payer', 3, [], { outcome: '4' }),
    by('payer', 3, [], { action: 'U', code: 'update' }),
    by('payer', 3, [], { parts: [{ type: 'Condition', id: 'c', patients: ['q'] }] }),
    manual(3, COURT, 'PUBHLTH', { subtype: [{ code: 'other' }] }),
  ])
  const reply = await server.get(PATH)
  t.equal(reply.status, 200, reply.text.slice(0, 300))
  t.strictSame(toldBy(reply), [
    [dayAgo(10), 'Organization/payer', 'Condition', 'HRESCH', 1],
    [dayAgo(8), 'Organization/payer', 'Condition', '', 1],
    [dayAgo(7), 'Organization/clinic', 'Condition', 'PUBHLTH,TREAT', 1],
    [dayAgo(6), 'Organization/court', 'Condition,discharge letter', 'HLEGAL', 2],
    [dayAgo(5), 'Organization/registry', 'Condition', 'PUBHLTH', 1],
    [dayAgo(3), 'A Reporter', 'discharge letter', 'PUBHLTH', 1],
    [dayAgo(2), 'app-of-undefined', 'Condition', 'PUBHLTH', 1],
    [dayAgo(2), 'Practitioner/x', 'Condition', 'PUBHLTH', 1],
    [dayAgo(1), 'Patient/q', 'Condition', '', 1],
  ])
  const csv = await server.get(`${PATH}?format=csv`)
  t.match(csv.text, /^date,recipient,address,what,purpose,times,last\r\n/)
  t.match(
    csv.text,
    `${dayAgo(6)},The court,"1 Court Street, Larkmoor VT 05990","Condition, discharge letter",legal,2,${dayAgo(4)}\r\n`,
  )
  t.notMatch(reply.text, /Pat Ient/)
})

t.test('a disclosure is written down by hand by sending an AuditEvent', async (t) => {
  const server = await filled(t)
  const event = manual(4, COURT, 'HLEGAL').event as Json
  const sent = await server.post('AuditEvent', event)
  t.equal(sent.status, 201, sent.text)
  t.equal((await server.post('AuditEvent', { ...event, recorded: '2019-01-01T00:00:00Z' })).status, 201)
  const told = toldBy(await server.get(PATH))
  t.strictSame(told, [[dayAgo(4), 'Organization/court', 'discharge letter', 'HLEGAL', 1]])
  const { text } = await server.get('Patient/p/$access-report')
  const [, id] = /AuditEvent\/([^/]+)\/_history/.exec(sent.headers.location ?? '') ?? []
  t.match(text, `{"reference":"AuditEvent/${id}"}`, 'and it is an access of whom it names')
  t.match(text, '"valueReference":{"reference":"Practitioner/own"')
  t.equal((await server.get(`AuditEvent/${id}`)).status, 200)
})

t.test('six years back at the most; what was recorded later counts by when it was', async (t) => {
  const server = await filled(t)
  await recordDeeds(server, [
    manual(6 * 366, COURT, 'HLEGAL'),
    manual(5 * 366, COURT, 'PUBHLTH'),
    manual(40, COURT, 'HRESCH'),
  ])
  t.strictSame(
    toldBy(await server.get(`${PATH}?start=2001`)).map(([at]: Json) => at),
    [dayAgo(5 * 366), dayAgo(40)],
  )
  t.strictSame(
    toldBy(await server.get(`${PATH}?start=${dayAgo(50)}`)).map(([at]: Json) => at),
    [dayAgo(40)],
  )
  t.strictSame(
    toldBy(await server.get(`${PATH}?end=${dayAgo(50)}`)).map(([at]: Json) => at),
    [dayAgo(5 * 366)],
  )
  t.strictSame(toldBy(await server.get('Patient/q/$disclosures')), [], 'nothing of whom nothing was told')
})

t.test('an agency may have its disclosures suspended for a time, in writing for longer than by word', async (t) => {
  const TASKS = 'https://chartroom.invalid/fhir/CodeSystem/task'
  const suspension = (of: string, start: number, end: number, more: object = {}) => ({
    resourceType: 'Task',
    id: `of-${of}`,
    status: 'accepted',
    intent: 'order',
    code: { coding: [{ system: TASKS, code: 'suspend-accounting' }] },
    for: ref('Patient/p'),
    requester: ref(`Organization/${of}`),
    restriction: { period: { start: ago(start), end: ago(end) } },
    ...more,
  })
  const written = { input: [{ type: { coding: [{ system: TASKS, code: 'statement' }] }, valueCode: 'written' }] }
  const server = await filled(t)
  await recordDeeds(server, [manual(90, COURT, 'HLEGAL'), manual(80, { who: ref('Organization/registry') }, 'PUBHLTH')])
  const shown = async () => toldBy(await server.get(PATH)).map((one: Json) => one[1])
  t.strictSame(await shown(), ['Organization/court', 'Organization/registry'])
  const put = async (task: Json) => t.ok([200, 201].includes((await server.put(`Task/${task.id}`, task)).status))
  for (const [name, task, isTold] of [
    ['by word', suspension('court', 20, -20), false],
    ['by word, more than 30 days ago', suspension('court', 31, -20), true],
    ['in writing', suspension('court', 60, -20, written), false],
    ['in writing, and over', suspension('court', 60, 1, written), true],
    ['not yet', suspension('court', -1, -20, written), true],
    ['withdrawn', suspension('court', 60, -20, { ...written, status: 'cancelled' }), true],
    ['of another patient', suspension('court', 60, -20, { ...written, for: ref('Patient/q') }), true],
    ['another Task', suspension('court', 60, -20, { ...written, code: { text: 'coding' } }), true],
  ] as const) {
    await put(task)
    t.equal((await shown()).includes('Organization/court'), isTold, name)
    t.ok((await shown()).includes('Organization/registry'), 'others are told of')
  }
})

t.test('who may: those who may search the log, and the patient of its own record', async (t) => {
  const server = await filled(t)
  await recordDeeds(server, [manual(4, COURT, 'HLEGAL')])
  for (const operation of ['$disclosures', '$access-report']) {
    const statusOf = async (scopes: string[], more: object = {}, patient = 'p') =>
      (
        await server
          .as(await accessFor(identityWith(scopes, { patient: 'p', ...more })))
          .get(`Patient/${patient}/${operation}`)
      ).status
    t.equal(await statusOf(['user/AuditEvent.rs']), 200)
    t.equal(await statusOf(['user/AuditEvent.r']), 403)
    t.equal(await statusOf(['user/*.cruds']), 403)
    t.equal(await statusOf(['user/Patient.rs', 'patient/*.rs']), 403)
    t.equal(await statusOf(['user/AuditEvent.rs?action=R']), 403, 'a part of it')
    t.equal(await statusOf(['patient/AuditEvent.rs']), 200, 'the own record')
    t.equal(await statusOf(['patient/AuditEvent.rs?action=R']), 403, 'a part of the own record')
    t.equal(await statusOf(['patient/AuditEvent.rs'], {}, 'q'), 403, 'the record of another')
    t.equal(await statusOf(['patient/AuditEvent.rs'], {}, 'absent'), 403, 'of whom is not here')
    t.equal(await statusOf(['user/AuditEvent.rs'], {}, 'absent'), 200, 'the log may tell of whom is not here any more')
    t.equal(await statusOf(['user/AuditEvent.rs'], { role: 'auditor' }), 200)
    t.equal(await statusOf(['user/AuditEvent.rs'], { role: 'privacy-officer' }), 200)
    t.equal(await statusOf(['user/AuditEvent.rs'], { role: 'physician' }), 403)
  }
})

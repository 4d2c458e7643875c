import fc from 'fast-check'
import type { Deed, DeedPart } from '../../auth/audit/deed.ts'

const one = <T>(...values: T[]) => fc.constantFrom(...values)

const patient = one('p1', 'p2', 'p3', 'p4')
const part: fc.Arbitrary<DeedPart> = fc.oneof(
  fc.record(
    {
      type: one('Observation', 'Condition'),
      id: one('a', 'b', 'c'),
      version: fc.integer({ min: 1, max: 3 }),
      action: one('C' as const, 'R' as const, 'U' as const, 'D' as const),
      patients: fc.uniqueArray(patient, { maxLength: 2 }),
    },
    { requiredKeys: ['type', 'id', 'patients'], noNullPrototype: true },
  ),
  patient.map((id) => ({ type: 'Patient', id, patients: [id] })),
)

const agent = fc.record(
  {
    user: one('Practitioner/u1', 'Practitioner/u2', 'Patient/p1', 'RelatedPerson/r'),
    subject: one('anna', 'bert', 'portal'),
    issuer: one('https://elsewhere.example'),
    client: one('portal', 'workbench'),
    role: one('nurse', 'coder'),
    token: one('token-1', 'token-2'),
    organization: one('ward', 'icu'),
    system: one('server', 'cli'),
  },
  { requiredKeys: [], noNullPrototype: true },
)

/** What may be said of any deed. */
const MAYBE = {
  from: one('10.0.0.1', '10.0.0.22', 'ward-pc.example'),
  purposes: fc.uniqueArray(one('TREAT', 'HPAYMT', 'ETREAT'), { maxLength: 2 }),
  decidedBy: fc.uniqueArray(one('policy/coder|3', 'Consent/c1', 'Consent/c2', 'break-glass'), { maxLength: 2 }),
  request: one('req-1', 'req-2', 'req-3'),
  query: one('Condition?patient=p1', 'Observation?code=x'),
  reason: one('she collapsed'),
}

type Same = 'kind' | 'code' | 'action'

const deed = (same: Pick<Deed, Same>, own: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Deed> =>
  fc
    .tuple(
      fc.integer({ min: 0, max: 5_000 }),
      one('0' as const, '0' as const, '4' as const, '8' as const),
      agent,
      fc.record({ ...MAYBE, ...own }, { requiredKeys: [], noNullPrototype: true }),
    )
    .map(([at, outcome, who, rest]) => ({ at, ...same, outcome, agent: who, ...rest }))

const ofParts = (code: string, action: Deed['action'], most: number) =>
  deed({ kind: 'rest', code, action }, { parts: fc.array(part, { maxLength: most }) })

const ofPatients = (kind: 'rest' | 'operation', code: string, action: Deed['action']) =>
  deed(
    { kind, code, action },
    {
      parts: fc.array(part, { maxLength: 2 }),
      patients: fc.uniqueArray(patient, { maxLength: 4 }),
      count: fc.nat({ max: 20 }),
    },
  )

const ofServer = (kind: 'security' | 'application', code: string, action: Deed['action']) =>
  deed({ kind, code, action }, {})

/** Deeds of all kinds but those that others recorded, among few people and things, so that much is alike; `at` counts from 0. */
export const someDeed: fc.Arbitrary<Deed> = fc.oneof(
  ofParts('read', 'R', 1),
  ofParts('vread', 'R', 1),
  ofParts('history-instance', 'R', 2),
  ofParts('create', 'C', 1),
  ofParts('update', 'U', 1),
  ofParts('patch', 'U', 1),
  ofParts('delete', 'D', 2),
  ofParts('transaction', 'E', 4),
  ofParts('batch', 'E', 2),
  ofPatients('rest', 'search-type', 'R'),
  ofPatients('rest', 'search-system', 'R'),
  ofPatients('operation', 'everything', 'E'),
  ofPatients('operation', 'export', 'R'),
  ofServer('security', 'login', 'E'),
  ofServer('security', 'session-ended', 'E'),
  ofServer('security', 'refused', 'E'),
  ofServer('security', 'user-changed', 'U'),
  ofServer('application', 'export', 'E'),
  ofServer('application', 'start', 'E'),
  ofServer('application', 'reindexed', 'C'),
)

const DAY = 86_400_000

/** AuditEvents as others record them: some of now (ms since 1970), some of long ago or not yet. */
export const someExternal = (now: number): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    {
      resourceType: fc.constant('AuditEvent'),
      type: one<object>({ system: 'http://dicom.nema.org/resources/ontology/DCM', code: '110114' }, { code: 'other' }),
      subtype: fc.array(
        one('110122', 'login', 'read', 'odd').map((code) => ({ code })),
        { minLength: 1, maxLength: 2 },
      ),
      action: one('C', 'R', 'U', 'E'),
      recorded: one(0, 1, -60_000, 600_000, -40 * DAY, 40 * DAY).map((by) => new Date(now + by).toISOString()),
      outcome: one('0', '4'),
      purposeOfEvent: fc.constant([{ coding: [{ code: 'HPAYMT' }] }]),
      agent: fc.array(
        one('Practitioner/u1', 'Patient/p2', 'Device/d').map((reference) => ({ who: { reference }, requestor: true })),
        { minLength: 1, maxLength: 2 },
      ),
      source: fc.constant({ observer: { reference: 'Device/d' }, site: 'lab' }),
      entity: one<object>(
        [{ what: { reference: 'Patient/p3' } }],
        [{ what: { reference: 'Observation/a' }, name: 'Lab' }],
      ),
    },
    { requiredKeys: ['resourceType', 'type', 'recorded', 'agent', 'source'], noNullPrototype: true },
  ) as fc.Arbitrary<Record<string, unknown>>

/** Criteria of searches among them; of dates those around a moment (ms since 1970). */
export const someCriteria = (now: number): string[] => {
  const moments = [-41 * DAY, -DAY, -2_000, 0, 1_000, 2_500, 5_000, 39 * DAY].map((by) => now + by)
  const dates = moments.flatMap((ms) => {
    const instant = encodeURIComponent(new Date(ms).toISOString())
    return ['date=ge', 'date=lt', 'date=sa', '_lastUpdated=ge', '_lastUpdated=lt'].map((test) => `${test}${instant}`)
  })
  return [
    ...dates,
    `date=${new Date(now).toISOString().slice(0, 10)}`,
    `date=ne${new Date(now).toISOString().slice(0, 7)}`,
    ...[...'CRUDE'].map((action) => `action=${action}`),
    ...['action=C,D', 'action:not=R', 'action=http://hl7.org/fhir/audit-event-action|U', 'action:missing=true'],
    ...['outcome=0', 'outcome=4', 'outcome=4,8', 'outcome:not=0', 'outcome:missing=true'],
    ...['patient=Patient/p1', 'patient=p2', 'patient=p3,p4', 'patient:missing=false', 'patient=Patient/nobody'],
    ...[
      'agent=Practitioner/u1',
      'agent=Practitioner/u2,Patient/p1',
      'agent=u1',
      'agent=Organization/ward',
      'agent=Device/d',
    ],
    ...['agent:identifier=portal', 'altid=anna', 'agent-role=nurse', 'agent-role:not=coder', 'agent-name:missing=true'],
    ...[
      'entity=Observation/a',
      'entity=Patient/p1',
      'entity=Consent/c1',
      'entity=a',
      'entity:Condition=b',
      'entity-name=lab',
    ],
    ...[
      'entity-type=1',
      'entity-role=24',
      'type=rest',
      'type=110114',
      'type=110113,110106',
      'type=other',
      'type:not=rest',
    ],
    ...[
      'subtype=read',
      'subtype=create',
      'subtype=update',
      'subtype=delete',
      'subtype=search-type',
      'subtype=transaction',
    ],
    ...[
      'subtype=operation',
      'subtype=everything',
      'subtype=110122',
      'subtype=login',
      'subtype=disclose',
      'subtype=110123,odd',
    ],
    ...['purpose=TREAT', 'purpose=HPAYMT', 'purpose=HPAYMT,ETREAT', 'purpose:missing=true', 'purpose:text=collapsed'],
    ...[
      'request-id=req-1',
      'request-id=req-2,req-3',
      'address=10.0.0.1',
      'address:exact=10.0.0.1',
      'address:contains=ward',
    ],
    ...[
      'policy=policy/coder%7C3',
      'policy=token-1',
      'site=lab',
      'site=127.0.0.1:8080',
      'source=Device/d',
      'source:missing=true',
    ],
    ...[
      '_profile=https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead',
      '_tag=x',
      '_security:not=x',
    ],
    ...[
      '_filter=action eq C or (outcome eq 4 and patient eq Patient/p1)',
      '_filter=not(action eq R) and date ge 1970-01-01',
    ],
  ]
}

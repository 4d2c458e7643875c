import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { decidedBy } from '../../../auth/consent/denial.ts'
import type { Identity } from '../../../auth/identity.ts'
import { indexEntries } from '../../../search/index-entries.ts'
import { accessFor, identityWith } from '../../support/access.ts'
import { askWith, type Ended, namesIn } from '../../support/asking.ts'
import { storeFolder } from '../../support/folder.ts'
import { ON_MONGO } from '../../support/place.ts'
import { BASE, type Json, openServer, type TestServer } from '../../support/server.ts'

const TYPES = 'http://hl7.org/fhir/resource-types'
const consent = (id: string, patient: string, provision: Json, more: Json = {}) => ({
  resourceType: 'Consent',
  id,
  status: 'active',
  scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
  category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
  patient: { reference: `Patient/${patient}` },
  policyRule: { text: 'privacy' },
  provision,
  ...more,
})
const observation = (id: string, patient: string, code: string) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code }] },
  subject: { reference: `Patient/${patient}` },
})
const to = (reference: string) => [{ role: { text: 'recipient' }, reference: { reference } }]

/** Patient `out` is seen by nobody, `part` keeps Observations from one organization, of `open` nothing is said. */
async function hospital(server: TestServer): Promise<void> {
  const all = ['out', 'part', 'open'].flatMap((id, at) => [
    { resourceType: 'Patient', id, name: [{ family: 'Doe' }], birthDate: `196${at}-01-01` },
    observation(`o-${id}`, id, '1-1'),
    { resourceType: 'Condition', id: `c-${id}`, subject: { reference: `Patient/${id}` } },
  ])
  const consents = [
    consent('none', 'out', { type: 'deny' }),
    consent('some', 'part', {
      type: 'deny',
      actor: to('Organization/insurer'),
      class: [{ system: TYPES, code: 'Observation' }],
    }),
    consent('permits', 'out', { type: 'permit' }),
  ]
  for (const one of [...all, ...consents]) {
    const { status } = await server.put(`${one.resourceType}/${one.id}`, one)
    if (status !== 201) throw new Error(`${one.id}: ${status}`)
  }
}

const SCOPES = ['user/*.cruds']
const nobody = (more: Partial<Identity>): Identity => {
  const { patient: _, ...rest } = identityWith(SCOPES, more)
  return rest
}

const practitioner = { type: 'Practitioner', id: 'p' }
const insurer = nobody({ fhirUser: practitioner, organization: 'insurer' })
const nurse = nobody({ fhirUser: practitioner, organization: 'hospital' })
const own = identityWith(['patient/*.rs'], { patient: 'out', fhirUser: { type: 'Patient', id: 'out' } })
const accompanied = identityWith(['patient/*.rs'], { patient: 'out', fhirUser: practitioner })

const rightsOf = (who: Identity, { services }: TestServer) =>
  accessFor(who, { consents: services.consents, grants: services.grants })

/** By whom, what is asked, and the resources that are in the answer; `absent` where it is as if there were none. */
const CASES: [Identity, string, string[] | 'absent' | number][] = [
  [nurse, 'Patient', ['Patient/open', 'Patient/part']],
  [nurse, 'Patient/out', 'absent'],
  [nurse, 'Patient/out/$everything', 'absent'],
  [nurse, 'Observation/o-out', 'absent'],
  [nurse, 'Observation/o-part', ['Observation/o-part']],
  [nurse, 'Observation', ['Observation/o-open', 'Observation/o-part']],
  [nurse, 'Observation?_summary=count', 2],
  [nurse, 'Observation?patient=out', []],
  [nurse, 'Patient/out/Observation', []],
  [nurse, 'Patient?_has:Observation:patient:code=1-1', ['Patient/open', 'Patient/part']],
  [
    nurse,
    'Observation?patient.family=doe&_include=Observation:patient',
    ['Observation/o-open', 'Observation/o-part', 'Patient/open', 'Patient/part'],
  ],
  [nurse, 'Consent', ['Consent/some']],
  [nurse, 'Patient/out/_history/1', 'absent'],
  [nurse, 'Patient/out/_history', 'absent'],
  [insurer, 'Observation/o-part/_history/1', 'absent'],
  [insurer, 'Observation/o-part/_history', 'absent'],
  [insurer, 'Observation/_history', ['Observation/o-open']],
  [
    insurer,
    '_history',
    ['Condition/c-open', 'Condition/c-part', 'Consent/some', 'Observation/o-open', 'Patient/open', 'Patient/part'],
  ],
  [insurer, 'Observation', ['Observation/o-open']],
  [insurer, 'Observation/o-part', 'absent'],
  [insurer, 'Observation?_summary=count', 1],
  [insurer, 'Condition', ['Condition/c-open', 'Condition/c-part']],
  [insurer, 'Patient?_has:Observation:patient:code=1-1', ['Patient/open']],
  [
    insurer,
    'Patient?_id=part&_revinclude=Observation:patient&_revinclude=Condition:patient',
    ['Condition/c-part', 'Patient/part'],
  ],
  [insurer, 'Patient/part/$everything', ['Condition/c-part', 'Consent/some', 'Patient/part']],
  [own, 'Observation', ['Observation/o-out']],
  [own, 'Patient/out', ['Patient/out']],
  [
    own,
    'Patient/out/$everything',
    ['Condition/c-out', 'Consent/none', 'Consent/permits', 'Observation/o-out', 'Patient/out'],
  ],
  [accompanied, 'Observation', []],
  [accompanied, 'Patient/out', 'absent'],
]

function outcomeOf(found: Ended): string[] | 'absent' | number {
  if (found.ended === 'not-found') return 'absent'
  const { resourceType, id, total, type } = found.json
  if (resourceType !== 'Bundle') return [`${resourceType}/${id}`]
  return type !== 'history' && found.json.entry === undefined && total > 0 ? total : namesIn(found)
}

t.test('what a patient has denied is absent on every path, for whom it was denied', async (t) => {
  const server = await openServer(t)
  await hospital(server)
  for (const [who, path, wanted] of CASES) {
    const found = await askWith(await rightsOf(who, server), server, 'GET', path)
    t.strictSame(outcomeOf(found), wanted, `${JSON.stringify(who.fhirUser)} ${who.organization ?? ''} ${path}`)
  }
})

t.test('a change of consent works at once, on whatever is asked next', async (t) => {
  const server = await openServer(t)
  await hospital(server)
  const seen = async () => namesIn(await askWith(await rightsOf(nurse, server), server, 'GET', 'Observation'))
  t.strictSame(await seen(), ['Observation/o-open', 'Observation/o-part'])
  await server.put('Consent/none', consent('none', 'out', { type: 'deny' }, { status: 'inactive' }))
  t.strictSame(await seen(), ['Observation/o-open', 'Observation/o-out', 'Observation/o-part'])
  await server.put('Consent/none', consent('none', 'open', { type: 'deny' }))
  t.strictSame(await seen(), ['Observation/o-out', 'Observation/o-part'], 'another patient')
  await server.delete('Consent/none')
  t.strictSame(await seen(), ['Observation/o-open', 'Observation/o-out', 'Observation/o-part'])
  const entry = { resource: consent('x', 'part', { type: 'deny' }), request: { method: 'PUT', url: 'Consent/x' } }
  await server.post('', { resourceType: 'Bundle', type: 'transaction', entry: [entry] })
  t.strictSame(await seen(), ['Observation/o-open', 'Observation/o-out'], 'by a transaction')
})

t.test('what cannot be seen cannot be changed or deleted either', async (t) => {
  const server = await openServer(t)
  await hospital(server)
  const access = await rightsOf(insurer, server)
  const changed = { ...observation('o-part', 'part', '1-1'), status: 'amended' }
  for (const [method, body] of [
    ['PUT', changed],
    ['DELETE', undefined],
  ] as const) {
    await askWith(access, server, method, 'Observation/o-part', body)
    t.equal((await server.get('Observation/o-part')).json?.meta?.versionId, '1', method)
  }
})

t.test('the rule that decided has a name', async (t) => {
  const server = await openServer(t)
  await hospital(server)
  const { denials = [] } = await rightsOf(insurer, server)
  const facts = (one: Json) => ({ id: one.id, lastUpdated: 0, entries: indexEntries(one.resourceType, one, BASE) })
  t.strictSame(decidedBy(denials, 'Observation', facts(observation('x', 'part', '1'))), ['Consent/some'])
  t.strictSame(decidedBy(denials, 'Observation', facts(observation('x', 'out', '1'))), ['Consent/none'])
  t.strictSame(decidedBy(denials, 'Observation', facts(observation('x', 'open', '1'))), [])
  t.strictSame(decidedBy(denials, 'Patient', facts({ resourceType: 'Patient', id: 'out' })), ['Consent/none'])
})

t.test('consents that were stored before a server starts are kept to', async (t) => {
  const first = await openServer(t)
  await hospital(first)
  const { config } = first.services
  await first.app.close()
  await first.services.close()
  const again = await openServer(t, { DATA_DIR: config.dataDir })
  const found = await askWith(await rightsOf(nurse, again), again, 'GET', 'Observation')
  t.strictSame(namesIn(found), ['Observation/o-open', 'Observation/o-part'])
})

t.test('a change of consent works in every process on the store within a second or so', async (t) => {
  const environment = { DATA_DIR: storeFolder(t) }
  const first = await openServer(t, environment)
  await hospital(first)
  // The embedded store has one process.
  const servers = ON_MONGO ? [first, await openServer(t, environment)] : [first]
  const becomes = async (server: TestServer, wanted: string[]) => {
    const seen = async () => namesIn(await askWith(await rightsOf(nurse, server), server, 'GET', 'Observation'))
    while ((await seen()).join() !== wanted.join()) await setTimeout(50)
    return seen()
  }
  const before = ['Observation/o-open', 'Observation/o-part']
  for (const server of servers) t.strictSame(await becomes(server, before), before)
  await first.delete('Consent/none')
  const all = ['Observation/o-open', 'Observation/o-out', 'Observation/o-part']
  for (const server of servers) t.strictSame(await becomes(server, all), all, 'deleted')
  await servers.at(-1)!.put('Consent/x', consent('x', 'open', { type: 'deny' }))
  const left = ['Observation/o-out', 'Observation/o-part']
  for (const server of servers) t.strictSame(await becomes(server, left), left, 'written by the other')
  await servers.at(-1)!.put('Consent/x', consent('x', 'open', { type: 'deny' }, { status: 'rejected' }))
  for (const server of servers) t.strictSame(await becomes(server, all), all, 'ended')
})

t.test('a service that sends records goes on with it, save for whom a consent is about', async (t) => {
  const server = await openServer(t)
  await hospital(server)
  await server.put(
    'Consent/named',
    consent('named', 'open', {
      type: 'deny',
      actor: to('Practitioner/p'),
      class: [{ system: TYPES, code: 'Condition' }],
    }),
  )
  const scopes = ['system/*.cruds', 'chartroom/admin']
  const { patient: _, fhirUser: __, ...service } = identityWith(scopes, {})
  const access = await rightsOf(service, server)
  const put = async (type: string, id: string, one: Json = { resourceType: type, id }) =>
    (await askWith(access, server, 'PUT', `${type}/${id}`, one)).ended
  t.equal(await put('Patient', 'new'), 'created', 'of a patient that nothing is said of')
  t.equal(await put('Observation', 'o-new', observation('o-new', 'open', '1')), 'created')
  t.equal(await put('Observation', 'o-new', observation('o-new', 'open', '2')), 'ok')
  t.equal(await put('Observation', 'o-x', observation('o-x', 'out', '1')), 'forbidden', 'of one who denies it')
  t.equal(await put('Patient', 'out'), 'not-found', 'what is hidden is not overwritten')
  t.equal(await put('Observation', 'o-out', observation('o-out', 'open', '1')), 'not-found')
  t.equal((await server.get('Observation/o-out')).json.subject.reference, 'Patient/out')
  const seen = await askWith(access, server, 'GET', 'Condition')
  t.strictSame(namesIn(seen), ['Condition/c-open', 'Condition/c-part'], 'one named practitioner is no service')
})

import t from 'tap'
import { allDeeds } from '../../support/recorded.ts'
import { type Json, openServer } from '../../support/server.ts'

const PROFILE = 'http://example.org/StructureDefinition/named-patient'

const NAMED = {
  resourceType: 'StructureDefinition',
  id: 'named-patient',
  url: PROFILE,
  version: '1.0.0',
  name: 'NamedPatient',
  status: 'active',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
  derivation: 'constraint',
  differential: { element: [{ id: 'Patient.name', path: 'Patient.name', min: 1 }] },
}

/** Its period ends before it begins. */
const WRONG = { resourceType: 'Patient', name: [{ family: 'x', period: { start: '2020', end: '2019' } }] }
const RIGHT = { resourceType: 'Patient', name: [{ family: 'x' }] }
const TOLD = { prefer: 'return=OperationOutcome' }

const idsOf = (outcome: Json): string[] =>
  outcome.issue.map(
    ({ extension = [] }: Json) => extension.find(({ url }: Json) => /message-id$/.test(url))?.valueString,
  )

t.test('what validation finds wrong is refused, wherever it is written', async (t) => {
  const server = await openServer(t)
  const created = await server.post('Patient', WRONG)
  t.equal(created.status, 400)
  t.strictSame(idsOf(created.json), ['per-1'])
  t.match(created.json.issue, [{ severity: 'error', code: 'invariant', expression: ['Patient.name[0].period'] }])
  await server.put('Patient/a', { ...RIGHT, id: 'a' })
  t.equal((await server.put('Patient/a', { ...WRONG, id: 'a' })).status, 400)
  const patch = [{ op: 'add', path: '/name/0/period', value: WRONG.name[0]!.period }]
  const patched = await server.patch('Patient/a', patch, { 'content-type': 'application/json-patch+json' })
  t.equal(patched.status, 422)
  const entry = [RIGHT, WRONG].map((resource) => ({ resource, request: { method: 'POST', url: 'Patient' } }))
  const transaction = await server.post('', { resourceType: 'Bundle', type: 'transaction', entry })
  t.equal(transaction.status, 400)
  t.match(transaction.json.issue, [{ expression: ['Bundle.entry[1].resource.name[0].period'] }])
  const batch = await server.post('', { resourceType: 'Bundle', type: 'batch', entry })
  t.match(
    batch.json.entry.map(({ response }: Json) => response.status),
    [/^201/, /^400/],
  )
  t.equal((await server.get('Patient?_summary=count')).json.total, 2)
  t.ok((await allDeeds(server)).some(({ code, outcome }) => code === 'create' && outcome === '4'))
})

t.test('what is to be reported is kept with a tag, and told where that is asked for', async (t) => {
  const server = await openServer(t, { CHARTROOM_VALIDATION: 'report,Observation=enforce' })
  const body =
    '{"resourceType":"Patient","id":"a","meta":{"profile":["http://x.org/p"]},"multipleBirthInteger":1,"extension":[{"url":"http://x.org/e","valueDecimal":1.00}],"name":[{"period":{"start":"2020","end":"2019"}}]}'
  const kept = await server.put('Patient/a', body, TOLD)
  t.equal(kept.status, 201, kept.text)
  t.ok(idsOf(kept.json).includes('per-1'))
  const read = await server.get('Patient/a')
  t.match(read.text, '"valueDecimal":1.00}', 'all else stays as it was written')
  t.match(read.json.meta, { profile: ['http://x.org/p'], tag: [{ code: 'invalid' }] })
  t.equal((await server.get('Patient?_tag=invalid&_summary=count')).json.total, 1)
  const { name: _, ...mended } = read.json
  t.equal((await server.put('Patient/a', mended)).status, 200)
  t.equal((await server.get('Patient/a')).json.meta.tag, undefined, 'what is right loses the tag')
  const wrong = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    effectivePeriod: { start: '2020', end: '2019' },
  }
  t.equal((await server.post('Observation', wrong)).status, 400)
  t.equal(
    (await server.post('Patient', { resourceType: 'Patient', birthDate: 'x' })).status,
    400,
    'structure is never reported alone',
  )
})

t.test('what is off has its structure checked alone', async (t) => {
  const server = await openServer(t, { CHARTROOM_VALIDATION: 'off' })
  const kept = await server.post('Patient', WRONG, TOLD)
  t.equal(kept.status, 201)
  t.equal(kept.json.issue.length, 1)
  t.equal((await server.post('Patient', { resourceType: 'Patient', birthDate: 'x' })).status, 400)
})

t.test('a profile that a type must follow is demanded, and told in metadata', async (t) => {
  const server = await openServer(t, { CHARTROOM_PROFILES: `Patient=${PROFILE}|1.0.0` })
  const nameless = { resourceType: 'Patient', active: true }
  const early = await server.post('Patient', nameless, TOLD)
  t.equal(early.status, 201, 'what nobody holds cannot be demanded')
  t.equal((await server.put('StructureDefinition/named-patient', NAMED)).status, 201)
  const refused = await server.post('Patient', nameless)
  t.equal(refused.status, 400)
  t.strictSame(idsOf(refused.json), ['profile-min'])
  t.equal((await server.post('Patient', RIGHT)).status, 201)
  const { json } = await server.get('metadata')
  const patient = json.rest[0].resource.find(({ type }: Json) => type === 'Patient')
  t.strictSame(patient.supportedProfile, [`${PROFILE}|1.0.0`])
  const claimed = { ...nameless, meta: { profile: [PROFILE] } }
  t.strictSame(idsOf((await server.post('Patient/$validate', claimed)).json), ['profile-min'])
  t.strictSame(idsOf((await server.post(`Patient/$validate?profile=${PROFILE}`, nameless)).json), ['profile-min'])
})

t.test('many write at once while a profile changes', async (t) => {
  const server = await openServer(t)
  const claimed = { resourceType: 'Patient', active: true, meta: { profile: [PROFILE] } }
  await server.put('StructureDefinition/named-patient', NAMED)
  const replies = await Promise.all(Array.from({ length: 20 }, () => server.post('Patient', claimed)))
  t.strictSame([...new Set(replies.map(({ status }) => status))], [400])
  const looser = { ...NAMED, differential: { element: [{ id: 'Patient.name', path: 'Patient.name', min: 0 }] } }
  await server.put('StructureDefinition/named-patient', looser)
  t.equal((await server.post('Patient', claimed)).status, 201)
})

t.test('metadata tells of terminology', async (t) => {
  const server = await openServer(t)
  const { status, json } = await server.get('metadata?mode=terminology')
  t.equal(status, 200)
  t.equal(json.resourceType, 'TerminologyCapabilities')
  t.ok(json.codeSystem.some(({ uri }: Json) => uri === 'http://hl7.org/fhir/administrative-gender'))
  t.notMatch(JSON.stringify((await server.post('TerminologyCapabilities/$validate', json)).json), '"severity":"error"')
  t.equal((await server.get('metadata?mode=nothing')).status, 400)
})

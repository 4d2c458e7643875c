import t from 'tap'
import { invariants } from '../../../resources/validation/invariants/layer.ts'
import { references } from '../../../resources/validation/references/layer.ts'
import type { KnownSource } from '../../../resources/validation/validator.ts'
import { Validator } from '../../../resources/validation/validator.ts'

const source: KnownSource = {
  structureNow: () => null,
  structure: async () => null,
  verdictNow: () => undefined,
  verdict: async () => ({ result: 'unknown', faults: [] }),
  target: async (reference) => (reference === 'Patient/here' ? { resourceType: 'Patient', id: 'here' } : null),
}
const validator = new Validator([invariants, references])

const observation = { resourceType: 'Observation', status: 'final', code: { text: 'x' } }
const found = async (resource: Record<string, unknown>, more: object = {}) => {
  const options = { profiles: [], strictExtensions: false, mustSupport: false, ...more }
  const issues = await validator.validate(resource, undefined, source, options)
  return issues.map(({ messageId, severity, expression }) => `${severity} ${messageId} ${expression?.[0]}`)
}
const ofSubject = (subject: object, more: object = {}) => found({ ...observation, subject }, more)

t.test('references that are right', async (t) => {
  for (const subject of [
    { reference: 'Patient/1' },
    { reference: 'Patient/1/_history/2' },
    { reference: 'http://example.org/fhir/Patient/1' },
    { reference: 'https://example.org/elsewhere?x=1' },
    { reference: 'Patient?identifier=x|1' },
    { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' },
    { reference: 'urn:oid:1.2.3' },
    { reference: 'Patient/1', type: 'Patient' },
    { reference: 'Patient/1', type: 'http://hl7.org/fhir/StructureDefinition/Patient' },
    { identifier: { system: 'http://x.org', value: '1' } },
    { display: 'x', type: 'Patient' },
  ]) {
    t.strictSame(await ofSubject(subject), [], JSON.stringify(subject))
  }
})

t.test('references that are wrong', async (t) => {
  const wrongs: [object, string][] = [
    [{ reference: 'Practitioner/1' }, 'error reference-target Observation.subject'],
    [{ reference: 'http://example.org/Practitioner/1' }, 'error reference-target Observation.subject'],
    [{ reference: 'Practitioner?name=x' }, 'error reference-target Observation.subject'],
    [{ display: 'x', type: 'Practitioner' }, 'error reference-target Observation.subject'],
    [{ reference: 'Patient/1', type: 'Group' }, 'error reference-type Observation.subject.type'],
    [{ reference: 'Patient' }, 'error reference-format Observation.subject.reference'],
    [{ reference: 'patient/1' }, 'error reference-format Observation.subject.reference'],
    [{ reference: 'Patient/a_b' }, 'error reference-format Observation.subject.reference'],
    [{ reference: 'Shoe/1' }, 'error reference-format Observation.subject.reference'],
    [{ reference: 'http://x.org/Patient/a_b' }, 'error reference-format Observation.subject.reference'],
    [{ reference: 'http://' }, 'error reference-format Observation.subject.reference'],
    [{ reference: 'urn:uuid:1' }, 'error reference-format Observation.subject.reference'],
    [{ reference: 'urn:oid:1..2' }, 'error reference-format Observation.subject.reference'],
    [{ reference: 'Patient/1 ' }, 'error reference-format Observation.subject.reference'],
    [{ reference: '#p' }, 'error ref-1 Observation.subject'],
  ]
  for (const [subject, issue] of wrongs) t.strictSame(await ofSubject(subject), [issue], JSON.stringify(subject))
})

t.test('contained resources', async (t) => {
  const patient = { resourceType: 'Patient', id: 'p' }
  const of = (contained: object[], subject: object = { reference: '#p' }) =>
    found({ ...observation, contained, subject })
  t.strictSame(await of([patient]), [])
  t.strictSame(await of([patient], { reference: 'Patient/p' }), ['error dom-3 Observation.contained[0]'])
  t.strictSame(await of([{ resourceType: 'Practitioner', id: 'p' }]), ['error reference-target Observation.subject'])
  t.strictSame(await of([patient, patient]), ['error contained-id Observation.contained[1]'])
  t.strictSame(await of([patient, { resourceType: 'Patient' }]), [
    'error dom-3 Observation.contained[1]',
    'error contained-id Observation.contained[1]',
  ])
  t.strictSame(await of([{ ...patient, contained: [{ resourceType: 'Patient', id: 'q' }] }]), [
    'error dom-2 Observation.contained[0].contained',
  ])
  t.strictSame(await of([{ ...patient, meta: { versionId: '1' } }]), ['error dom-4 Observation.contained[0].meta'])
  t.strictSame(await of([{ ...patient, meta: { security: [{ code: 'x', system: 'http://x.org' }] } }]), [
    'error dom-5 Observation.contained[0].meta',
  ])
  const back = { resourceType: 'Provenance', id: 'v', target: [{ reference: '#' }], recorded: '2020-01-01T00:00:00Z' }
  t.strictSame(
    await found({ ...observation, contained: [{ ...back, agent: [{ who: { display: 'x' } }] }] }),
    [],
    'what refers to its container need not be referred to',
  )
})

t.test('in a Bundle a reference leads to the entry of that fullUrl', async (t) => {
  const fullUrl = 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0'
  const bundle = (resource: object) => ({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ fullUrl, resource }, { resource: { ...observation, subject: { reference: fullUrl } } }],
  })
  t.strictSame(await found(bundle({ resourceType: 'Patient' })), [])
  t.strictSame(await found(bundle({ resourceType: 'Organization', name: 'x' })), [
    'error reference-target Bundle.entry[1].resource.subject',
  ])
})

t.test('what is not there is told where it is asked for', async (t) => {
  t.strictSame(await ofSubject({ reference: 'Patient/here' }, { targets: true }), [])
  t.strictSame(await ofSubject({ reference: 'Patient/gone' }), [])
  t.strictSame(await ofSubject({ reference: 'Patient/gone' }, { targets: true }), [
    'information reference-missing Observation.subject.reference',
  ])
})

t.test('canonicals and uris', async (t) => {
  const of = (instantiatesCanonical: string, more: object = {}) =>
    found({
      resourceType: 'CarePlan',
      status: 'active',
      intent: 'plan',
      subject: { display: 'x' },
      instantiatesCanonical: [instantiatesCanonical],
      ...more,
    })
  t.strictSame(await of('http://x.org/PlanDefinition/1|2'), [])
  t.strictSame(await of('urn:oid:1.2.3|2'), [])
  t.strictSame(await of('#p', { contained: [{ resourceType: 'PlanDefinition', id: 'p', status: 'active' }] }), [])
  t.strictSame(await of('#p'), ['error canonical-contained CarePlan.instantiatesCanonical[0]'])
  t.strictSame(await of('PlanDefinition/1'), ['warning canonical-absolute CarePlan.instantiatesCanonical[0]'])
  const uri = (instantiatesUri: string) => of('http://x.org', { instantiatesUri: [instantiatesUri] })
  t.strictSame(await uri('urn:uuid:0C3151BD-1CBF-4D64-B04D-CD9187A4C6E0'), [])
  t.strictSame(await uri('urn:uuid:x'), ['error uri-urn CarePlan.instantiatesUri[0]'])
  t.strictSame(await uri('oid:1.2.3'), ['error uri-scheme CarePlan.instantiatesUri[0]'])
})

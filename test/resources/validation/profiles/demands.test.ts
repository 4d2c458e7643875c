import t from 'tap'
import { found, profile } from '../../../support/small-profile.ts'

const PREFIX = 'http://hl7.org/fhir/StructureDefinition/'
const code = { text: 'x' }
const observation = (more: object) => ({ resourceType: 'Observation', status: 'final', code, ...more })

t.test('types of a choice are narrowed', async (t) => {
  const structure = profile('Observation', [
    { path: 'Observation.value[x]', type: [{ code: 'Quantity' }, { code: 'string' }] },
  ])
  t.strictSame(await found(structure, observation({ valueString: 'x' })), [])
  t.strictSame(await found(structure, observation({ valueBoolean: true })), ['profile-type Observation.valueBoolean'])
})

t.test('a value follows the profile, or one of the profiles, on its type', async (t) => {
  const simple = [{ code: 'Quantity', profile: [`${PREFIX}SimpleQuantity`] }]
  const structure = profile('Observation', [{ path: 'Observation.value[x]', type: simple }])
  t.strictSame(await found(structure, observation({ valueQuantity: { value: 1 } })), [])
  t.strictSame(await found(structure, observation({ valueQuantity: { value: 1, comparator: '<' } })), [
    'sqty-1 Observation.valueQuantity',
    'profile-max Observation.valueQuantity.comparator',
  ])
  const mg = profile('Quantity', [{ path: 'Quantity.code', min: 1, fixedCode: 'mg' }])
  const ml = profile('Quantity', [{ path: 'Quantity.code', min: 1, fixedCode: 'mL' }])
  const either = profile('Observation', [
    { path: 'Observation.value[x]', type: [{ code: 'Quantity', profile: [mg.url, ml.url] }] },
  ])
  const others = [mg, ml]
  t.strictSame(await found(either, observation({ valueQuantity: { code: 'mL' } }), { others }), [])
  t.strictSame(await found(either, observation({ valueQuantity: { code: 'L' } }), { others }), [
    'profile-type-profile Observation.valueQuantity',
  ])
  // One that is not held could be the one it follows.
  t.strictSame(await found(either, observation({ valueQuantity: { code: 'L' } }), { others: [mg] }), [])
})

t.test('what a reference leads to is of a type, and follows a profile, that it may lead to', async (t) => {
  const named = profile('Patient', [{ path: 'Patient.name', min: 1 }])
  const subject = [{ code: 'Reference', targetProfile: [named.url, `${PREFIX}Group`] }]
  const structure = profile('Observation', [{ path: 'Observation.subject', type: subject }])
  const others = [named]
  const to = (reference: string, more: object = {}) => observation({ subject: { reference }, ...more })
  const nameless = { resourceType: 'Patient', active: true }
  t.strictSame(await found(structure, to('Patient/1'), { others }), [])
  t.strictSame(await found(structure, to('Group/1'), { others }), [])
  t.strictSame(await found(structure, to('Device/1'), { others }), ['profile-reference-type Observation.subject'])
  t.strictSame(await found(structure, observation({ subject: { display: 'x' } }), { others }), [])
  t.strictSame(await found(structure, observation({ subject: { type: 'Device' } }), { others }), [
    'profile-reference-type Observation.subject',
  ])
  const contained = [{ ...nameless, id: 'p' }]
  t.strictSame(await found(structure, to('#p', { contained }), { others }), [
    'profile-reference-target Observation.subject',
  ])
  t.strictSame(await found(structure, to('#p', { contained }), { others, severity: 'information' }), [
    'profile-reference-detail Observation.subject',
  ])
  const held = { 'Patient/1': nameless, 'Patient/2': { ...nameless, name: [{ text: 'x' }] } }
  t.strictSame(await found(structure, to('Patient/1'), { others, targets: held }), [])
  t.strictSame(await found(structure, to('Patient/1'), { others, targets: held, severity: 'warning' }), [
    'profile-reference-target Observation.subject',
  ])
  t.strictSame(await found(structure, to('Patient/2'), { others, targets: held, severity: 'warning' }), [])
})

t.test('references within a Bundle are followed', async (t) => {
  const named = profile('Patient', [{ path: 'Patient.name', min: 1 }])
  const structure = profile('Observation', [
    { path: 'Observation.subject', type: [{ code: 'Reference', targetProfile: [named.url] }] },
  ])
  const whole = profile('Bundle', [])
  const meta = { profile: [structure.url] }
  const bundle = (patient: object, reference: string) => ({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [
      { fullUrl: 'http://s/Observation/1', resource: { ...observation({ subject: { reference } }), meta } },
      { fullUrl: 'http://s/Patient/1', resource: { resourceType: 'Patient', active: true, ...patient } },
    ],
  })
  const others = [named, structure]
  t.strictSame(await found(whole, bundle({ name: [{ text: 'x' }] }, 'Patient/1'), { others }), [])
  for (const reference of ['Patient/1', 'http://s/Patient/1']) {
    t.strictSame(await found(whole, bundle({}, reference), { others }), [
      'profile-reference-target Bundle.entry[0].resource.subject',
    ])
  }
})

t.test('what a reference leads to is where it has to be', async (t) => {
  const reference = (...aggregation: string[]) =>
    profile('Observation', [{ path: 'Observation.subject', type: [{ code: 'Reference', aggregation }] }])
  const contained = [{ resourceType: 'Patient', id: 'p', active: true }]
  const to = (text: string) => observation({ subject: { reference: text }, contained })
  t.strictSame(await found(reference('contained'), to('#p')), [])
  t.strictSame(await found(reference('contained'), to('Patient/1')), ['profile-aggregation Observation.subject'])
  t.strictSame(await found(reference('referenced', 'bundled'), to('Patient/1')), [])
  t.strictSame(await found(reference('referenced', 'bundled'), to('#p')), ['profile-aggregation Observation.subject'])
})

t.test('invariants of a profile are its own, where it has them', async (t) => {
  const constraint = [
    { key: 'x-1', severity: 'error', human: 'a family name is there', expression: 'family.exists()' },
    { key: 'x-2', severity: 'warning', human: 'a given name is there', expression: 'given.exists()' },
  ]
  const structure = profile('Patient', [{ path: 'Patient.name', constraint }])
  const patient = (name: object) => ({ resourceType: 'Patient', name: [name] })
  t.strictSame(await found(structure, patient({ family: 'x', given: ['y'] })), [])
  t.strictSame(await found(structure, patient({ given: ['y'] })), ['x-1 Patient.name[0]'])
  t.strictSame(await found(structure, patient({ family: 'x' })), [])
  t.strictSame(await found(structure, patient({ family: 'x' }), { severity: 'warning' }), ['x-2 Patient.name[0]'])
})

t.test('codes are held against the bindings of a profile, and unknown value sets are no errors', async (t) => {
  const binding = { strength: 'required', valueSet: 'http://test/codes' }
  const structure = profile('Observation', [
    { path: 'Observation.value[x]', binding, type: [{ code: 'CodeableConcept' }, { code: 'string' }] },
  ])
  const verdict = (result: 'in' | 'out' | 'unknown') => ({ verdictOf: () => ({ result, faults: [] }) })
  const coded = observation({ valueCodeableConcept: { coding: [{ system: 'urn:s', code: 'a' }] } })
  t.strictSame(await found(structure, coded, verdict('in')), [])
  t.strictSame(await found(structure, coded, verdict('out')), ['binding-required Observation.valueCodeableConcept'])
  t.strictSame(await found(structure, coded, verdict('unknown')), [])
  t.strictSame(await found(structure, coded, { ...verdict('unknown'), severity: 'warning' }), [
    'binding-not-checked Observation.valueCodeableConcept',
  ])
  t.strictSame(await found(structure, observation({ valueString: 'a text' }), verdict('out')), [])
})

t.test('what must be supported is told where it is asked for', async (t) => {
  const structure = profile('Patient', [
    {
      path: 'Patient.name',
      mustSupport: true,
      slicing: { discriminator: [{ type: 'value', path: 'use' }], rules: 'open' },
    },
    { path: 'Patient.name', sliceName: 'official', mustSupport: true },
    { path: 'Patient.name.use', min: 1, fixedCode: 'official' },
    { path: 'Patient.name.family', mustSupport: true },
    { path: 'Patient.birthDate', mustSupport: true },
  ])
  const told = (more: object, mustSupport = true) =>
    found(structure, { resourceType: 'Patient', ...more }, { severity: 'information', mustSupport })
  const [name, birthDate] = ['profile-must-support Patient.name', 'profile-must-support Patient.birthDate']
  t.strictSame(await told({ active: true }), [name, birthDate])
  t.strictSame(await told({ active: true }, false), [])
  t.strictSame(await told({ name: [{ text: 'x' }], birthDate: '2000' }), [name])
  t.strictSame(await told({ name: [{ use: 'official' }], birthDate: '2000' }), [
    'profile-must-support Patient.name[0].family',
  ])
})

t.test('profiles that are claimed are held, unknown ones told, and those of another type refused', async (t) => {
  const nothing = profile('Patient', [])
  const named = profile('Patient', [{ path: 'Patient.name', min: 1 }])
  const other = profile('Observation', [])
  const claims = (...urls: string[]) => ({ resourceType: 'Patient', active: true, meta: { profile: urls } })
  const others = [named, other]
  t.strictSame(await found(nothing, claims(named.url), { others }), ['profile-min Patient.name'])
  t.strictSame(await found(nothing, claims(named.url, named.url), { others }), ['profile-min Patient.name'])
  t.strictSame(await found(nothing, claims(`${PREFIX}Patient`), { others }), [])
  t.strictSame(await found(nothing, claims('http://x'), { others }), [])
  t.strictSame(await found(nothing, claims('http://x'), { others, severity: 'warning' }), [
    'profile-unknown Patient.meta.profile[0]',
  ])
  t.strictSame(await found(nothing, claims(other.url), { others }), ['profile-other-type Patient'])
  t.strictSame(await found(nothing, claims(`${PREFIX}Observation`), { others }), ['profile-other-type Patient'])
  const abstract = profile('Patient', [{ path: 'Patient.name', min: 1 }], { abstract: true })
  t.strictSame(await found(nothing, claims(abstract.url), { others: [abstract], severity: 'information' }), [
    'profile-abstract Patient.meta.profile[0]',
  ])
  t.strictSame(await found(nothing, claims(abstract.url), { others: [abstract] }), ['profile-min Patient.name'])
  const contained = [{ ...claims(named.url), id: 'c' }]
  const patient = { resourceType: 'Patient', contained, managingOrganization: { reference: '#c' } }
  t.strictSame(await found(nothing, patient, { others }), ['profile-min Patient.contained[0].name'])
})

t.test('profiles that lead to themselves come to an end', async (t) => {
  const linked = profile('Patient', [])
  const elements = linked.snapshot!.element as { path: string; type?: object[] }[]
  for (const element of elements) {
    if (element.path === 'Patient.link.other') element.type = [{ code: 'Reference', targetProfile: [linked.url] }]
  }
  const patient = (id: string, other: string) => ({
    fullUrl: `http://s/Patient/${id}`,
    resource: {
      resourceType: 'Patient',
      id,
      meta: { profile: [linked.url] },
      link: [{ other: { reference: other }, type: 'seealso' }],
    },
  })
  const entry = Array.from({ length: 300 }, (_, at) => patient(`${at}`, `Patient/${(at + 1) % 300}`))
  t.strictSame(
    await found(profile('Bundle', []), { resourceType: 'Bundle', type: 'collection', entry }, { others: [linked] }),
    [],
  )
})

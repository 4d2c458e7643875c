import t from 'tap'
import { found, profile } from '../../../support/small-profile.ts'

const PREFIX = 'http://hl7.org/fhir/StructureDefinition/'

const slicing = (rules: string, discriminator: object[], more: object = {}) => ({
  slicing: { rules, discriminator, ...more },
})

const patient = (...systems: string[]) => ({
  resourceType: 'Patient',
  identifier: systems.map((system) => ({ system, value: 'v' })),
})

/** Identifiers by their system: exactly one of `a`, with a value; at most one of `b`. */
const bySystem = (rules: string, more: object = {}) =>
  profile('Patient', [
    { path: 'Patient.identifier', ...slicing(rules, [{ type: 'value', path: 'system' }], more) },
    { path: 'Patient.identifier', sliceName: 'a', min: 1, max: '1' },
    { path: 'Patient.identifier.system', type: [{ code: 'uri' }], min: 1, max: '1', fixedUri: 'urn:a' },
    { path: 'Patient.identifier.value', type: [{ code: 'string' }], min: 1, max: '1' },
    { path: 'Patient.identifier', sliceName: 'b', max: '1' },
    { path: 'Patient.identifier.system', type: [{ code: 'uri' }], min: 1, max: '1', patternUri: 'urn:b' },
  ])

t.test('what is in each slice is counted, and what is in none may be there', async (t) => {
  const structure = bySystem('open')
  t.strictSame(await found(structure, patient('urn:a')), [])
  t.strictSame(await found(structure, patient('urn:x', 'urn:a', 'urn:b', 'urn:x')), [])
  t.strictSame(await found(structure, patient('urn:x')), ['profile-slice-min Patient.identifier'])
  t.strictSame(await found(structure, { resourceType: 'Patient' }), ['profile-slice-min Patient.identifier'])
  t.strictSame(await found(structure, patient('urn:a', 'urn:a')), ['profile-slice-max Patient.identifier'])
  t.strictSame(await found(structure, patient('urn:b', 'urn:a', 'urn:b')), ['profile-slice-max Patient.identifier'])
  const valueless = { resourceType: 'Patient', identifier: [{ system: 'urn:b' }, { system: 'urn:a' }] }
  t.strictSame(await found(structure, valueless), ['profile-min Patient.identifier[1].value'])
})

t.test('what is in none of closed slices is wrong', async (t) => {
  const structure = bySystem('closed')
  t.strictSame(await found(structure, patient('urn:b', 'urn:a')), [])
  t.strictSame(await found(structure, patient('urn:a', 'urn:x')), ['profile-slice-closed Patient.identifier[1]'])
  t.strictSame(
    await found(structure, { resourceType: 'Patient', identifier: [{ system: 'urn:a', value: 'x' }, { value: 'y' }] }),
    ['profile-slice-closed Patient.identifier[1]'],
  )
})

t.test('order is kept where slices are ordered, and others come last where they are open at the end', async (t) => {
  const ordered = bySystem('open', { ordered: true })
  t.strictSame(await found(ordered, patient('urn:a', 'urn:b')), [])
  t.strictSame(await found(ordered, patient('urn:b', 'urn:a')), ['profile-slice-order Patient.identifier[1]'])
  t.strictSame(await found(ordered, patient('urn:x', 'urn:a', 'urn:x', 'urn:b')), [])
  const atEnd = bySystem('openAtEnd')
  t.strictSame(await found(atEnd, patient('urn:b', 'urn:a', 'urn:x')), [])
  t.strictSame(await found(atEnd, patient('urn:x', 'urn:a')), ['profile-slice-order Patient.identifier[1]'])
  const both = bySystem('openAtEnd', { ordered: true })
  t.strictSame(await found(both, patient('urn:a', 'urn:b', 'urn:x', 'urn:y')), [])
  t.strictSame(await found(both, patient('urn:b', 'urn:a', 'urn:x')), ['profile-slice-order Patient.identifier[1]'])
})

t.test('a default slice takes what no other does', async (t) => {
  const structure = profile('Patient', [
    { path: 'Patient.identifier', ...slicing('closed', [{ type: 'value', path: 'system' }]) },
    { path: 'Patient.identifier', sliceName: 'a', max: '1' },
    { path: 'Patient.identifier.system', min: 1, max: '1', fixedUri: 'urn:a' },
    { path: 'Patient.identifier', sliceName: '@default' },
    { path: 'Patient.identifier.use', min: 1, max: '1' },
  ])
  t.strictSame(await found(structure, patient('urn:a')), [])
  t.strictSame(await found(structure, patient('urn:a', 'urn:x')), ['profile-min Patient.identifier[1].use'])
})

t.test('several discriminators must all agree', async (t) => {
  const both = [
    { type: 'value', path: 'system' },
    { type: 'value', path: 'use' },
  ]
  const structure = profile('Patient', [
    { path: 'Patient.telecom', ...slicing('closed', both) },
    { path: 'Patient.telecom', sliceName: 'homePhone', max: '1' },
    { path: 'Patient.telecom.system', min: 1, max: '1', fixedCode: 'phone' },
    { path: 'Patient.telecom.use', min: 1, max: '1', fixedCode: 'home' },
    { path: 'Patient.telecom', sliceName: 'workPhone', max: '1' },
    { path: 'Patient.telecom.system', min: 1, max: '1', fixedCode: 'phone' },
    { path: 'Patient.telecom.use', min: 1, max: '1', fixedCode: 'work' },
  ])
  const telecom = (...all: [string, string][]) => ({
    resourceType: 'Patient',
    telecom: all.map(([system, use]) => ({ system, use, value: '1' })),
  })
  t.strictSame(await found(structure, telecom(['phone', 'work'], ['phone', 'home'])), [])
  t.strictSame(await found(structure, telecom(['phone', 'work'], ['email', 'home'])), [
    'profile-slice-closed Patient.telecom[1]',
  ])
  t.strictSame(await found(structure, telecom(['phone', 'work'], ['phone', 'work'])), [
    'profile-slice-max Patient.telecom',
  ])
})

t.test('slices are told apart by a pattern of the whole, and of what is nested', async (t) => {
  const survey = { coding: [{ system: 'http://c', code: 'survey' }] }
  const whole = profile('Observation', [
    { path: 'Observation.category', ...slicing('open', [{ type: 'pattern', path: '$this' }]) },
    { path: 'Observation.category', sliceName: 'survey', min: 1, max: '1', patternCodeableConcept: survey },
  ])
  const observation = (...codes: string[]) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    category: codes.map((code) => ({ coding: [{ code: 'other' }, { system: 'http://c', code }], text: 'x' })),
  })
  t.strictSame(await found(whole, observation('lab', 'survey')), [])
  t.strictSame(await found(whole, observation('lab')), ['profile-slice-min Observation.category'])
  const nested = profile('Observation', [
    { path: 'Observation.category', ...slicing('open', [{ type: 'value', path: 'coding.code' }]) },
    { path: 'Observation.category', sliceName: 'survey', min: 1, max: '1' },
    { path: 'Observation.category.coding', min: 1, max: '*', type: [{ code: 'Coding' }] },
    { path: 'Observation.category.coding.code', min: 1, max: '1', fixedCode: 'survey' },
  ])
  t.strictSame(await found(nested, observation('lab')), ['profile-slice-min Observation.category'])
  t.strictSame(
    await found(nested, { ...observation(), category: [{ coding: [{ code: 'survey' }] }, { text: 'x' }] }),
    [],
  )
})

t.test('slices are told apart by whether something exists', async (t) => {
  const structure = profile('Patient', [
    { path: 'Patient.contact', ...slicing('closed', [{ type: 'exists', path: 'organization' }]) },
    { path: 'Patient.contact', sliceName: 'of', max: '1' },
    { path: 'Patient.contact.organization', min: 1, max: '1' },
    { path: 'Patient.contact', sliceName: 'alone', max: '1' },
    { path: 'Patient.contact.organization', min: 0, max: '0' },
    { path: 'Patient.contact.name', min: 1, max: '1' },
  ])
  const contact = (...all: object[]) => ({ resourceType: 'Patient', contact: all })
  const of = { organization: { display: 'x' } }
  t.strictSame(await found(structure, contact(of, { name: { text: 'x' } })), [])
  t.strictSame(await found(structure, contact(of, of)), ['profile-slice-max Patient.contact'])
  t.strictSame(await found(structure, contact({ gender: 'male' })), ['profile-min Patient.contact[0].name'])
})

t.test('slices of a choice are told apart by type, told or not', async (t) => {
  for (const discriminator of [[{ type: 'type', path: '$this' }], []]) {
    const structure = profile('Observation', [
      { path: 'Observation.value[x]', ...slicing('closed', discriminator) },
      { path: 'Observation.value[x]', sliceName: 'valueQuantity', max: '1', type: [{ code: 'Quantity' }] },
      { path: 'Observation.value[x].unit', min: 1, max: '1' },
      { path: 'Observation.value[x]', sliceName: 'valueString', max: '1', type: [{ code: 'string' }], maxLength: 3 },
    ])
    const observation = (more: object) => ({
      resourceType: 'Observation',
      status: 'final',
      code: { text: 'x' },
      ...more,
    })
    t.strictSame(await found(structure, observation({ valueQuantity: { unit: 'mg' } })), [])
    t.strictSame(await found(structure, observation({})), [])
    t.strictSame(await found(structure, observation({ valueQuantity: { value: 1 } })), [
      'profile-min Observation.valueQuantity.unit',
    ])
    t.strictSame(await found(structure, observation({ valueString: 'abcd' })), [
      'profile-max-length Observation.valueString',
    ])
    t.strictSame(await found(structure, observation({ valueBoolean: true })), [
      'profile-slice-closed Observation.valueBoolean',
    ])
  }
})

t.test('extensions are told apart by their url, told or of their profile', async (t) => {
  const one = profile(
    'Extension',
    [
      { path: 'Extension.url', fixedUri: 'http://test/one' },
      { path: 'Extension.value[x]', min: 1, type: [{ code: 'string' }] },
    ],
    { url: 'http://test/one' },
  )
  const structure = profile('Patient', [
    { path: 'Patient.extension', ...slicing('closed', [{ type: 'value', path: 'url' }]) },
    {
      path: 'Patient.extension',
      sliceName: 'one',
      min: 1,
      max: '1',
      type: [{ code: 'Extension', profile: [one.url] }],
    },
    { path: 'Patient.extension', sliceName: 'two', max: '1', type: [{ code: 'Extension' }] },
    { path: 'Patient.extension.url', min: 1, max: '1', fixedUri: 'http://test/two' },
  ])
  const others = [one]
  const patient = (...extension: object[]) => ({ resourceType: 'Patient', extension })
  const right = { url: 'http://test/one', valueString: 'x' }
  t.strictSame(await found(structure, patient({ url: 'http://test/two', valueCode: 'x' }, right), { others }), [])
  t.strictSame(await found(structure, patient({ url: 'http://test/two', valueCode: 'x' }), { others }), [
    'profile-slice-min Patient.extension',
  ])
  t.strictSame(await found(structure, patient({ ...right, valueString: undefined, valueCode: 'x' }), { others }), [
    'profile-type Patient.extension[0].valueCode',
  ])
  t.strictSame(await found(structure, patient({ url: 'http://test/one' }), { others }), [
    'profile-min Patient.extension[0].value',
  ])
  t.strictSame(await found(structure, patient(right, { url: 'http://test/three', valueCode: 'x' }), { others }), [
    'profile-slice-closed Patient.extension[1]',
  ])
})

t.test('slices are told apart by an extension', async (t) => {
  const structure = profile('Patient', [
    {
      path: 'Patient.name',
      ...slicing('closed', [{ type: 'value', path: "extension('http://test/kind').value.ofType(code)" }]),
    },
    { path: 'Patient.name', sliceName: 'stage', max: '1' },
    {
      path: 'Patient.name.extension',
      max: '*',
      type: [{ code: 'Extension' }],
      ...slicing('open', [{ type: 'value', path: 'url' }]),
    },
    { path: 'Patient.name.extension', sliceName: 'kind', min: 1, max: '1', type: [{ code: 'Extension' }] },
    { path: 'Patient.name.extension.url', min: 1, max: '1', fixedUri: 'http://test/kind' },
    { path: 'Patient.name.extension.value[x]', min: 1, max: '1', type: [{ code: 'code' }], fixedCode: 'stage' },
  ])
  const name = (...kinds: string[]) => ({
    resourceType: 'Patient',
    name: kinds.map((kind) => ({ text: 'x', extension: [{ url: 'http://test/kind', valueCode: kind }] })),
  })
  t.strictSame(await found(structure, name('stage')), [])
  t.strictSame(await found(structure, name('stage', 'pen')), ['profile-slice-closed Patient.name[1]'])
  t.strictSame(await found(structure, name('stage', 'stage')), ['profile-slice-max Patient.name'])
})

t.test('entries of a Bundle are told apart by the type, and by the profile, of their resource', async (t) => {
  const named = profile('Patient', [{ path: 'Patient.name', min: 1 }])
  const bundle = (...entry: object[]) => ({
    resourceType: 'Bundle',
    type: 'collection',
    entry: entry.map((resource) => ({ resource })),
  })
  const patient = { resourceType: 'Patient', name: [{ text: 'x' }] }
  const byType = profile('Bundle', [
    { path: 'Bundle.entry', ...slicing('closed', [{ type: 'type', path: 'resource' }]) },
    { path: 'Bundle.entry', sliceName: 'patient', min: 1, max: '1' },
    { path: 'Bundle.entry.resource', min: 1, max: '1', type: [{ code: 'Patient', profile: [named.url] }] },
    { path: 'Bundle.entry', sliceName: 'basic', max: '1' },
    { path: 'Bundle.entry.resource', min: 1, max: '1', type: [{ code: 'Basic' }] },
  ])
  const others = [named]
  const basic = { resourceType: 'Basic', code: { text: 'x' } }
  t.strictSame(await found(byType, bundle(basic, patient), { others }), [])
  t.strictSame(await found(byType, bundle(basic), { others }), ['profile-slice-min Bundle.entry'])
  t.strictSame(await found(byType, bundle({ resourceType: 'Patient', active: true }), { others }), [
    'profile-min Bundle.entry[0].resource.name',
  ])
  t.strictSame(await found(byType, bundle(patient, { resourceType: 'Location', name: 'x' }), { others }), [
    'profile-slice-closed Bundle.entry[1]',
  ])
  const byProfile = profile('Bundle', [
    { path: 'Bundle.entry', ...slicing('closed', [{ type: 'profile', path: 'resource' }]) },
    { path: 'Bundle.entry', sliceName: 'patient', min: 1, max: '1' },
    { path: 'Bundle.entry.resource', min: 1, max: '1', type: [{ code: 'Patient', profile: [named.url] }] },
  ])
  t.strictSame(await found(byProfile, bundle(patient), { others }), [])
  t.strictSame(await found(byProfile, bundle(patient, { resourceType: 'Patient', active: true }), { others }), [
    'profile-slice-closed Bundle.entry[1]',
  ])
})

t.test('references are told apart by the type, and by the profile, of what they lead to', async (t) => {
  const named = profile('Practitioner', [{ path: 'Practitioner.name', min: 1 }])
  const structure = (type: string) =>
    profile('Patient', [
      { path: 'Patient.generalPractitioner', ...slicing('closed', [{ type, path: 'resolve()' }]) },
      {
        path: 'Patient.generalPractitioner',
        sliceName: 'practitioner',
        min: 1,
        max: '1',
        type: [{ code: 'Reference', targetProfile: [type === 'type' ? `${PREFIX}Practitioner` : named.url] }],
      },
    ])
  const patient = (...references: string[]) => ({
    resourceType: 'Patient',
    contained: [{ resourceType: 'Practitioner', id: 'c', name: [{ text: 'x' }] }],
    generalPractitioner: references.map((reference) => ({ reference })),
  })
  const others = [named]
  t.strictSame(await found(structure('type'), patient('Practitioner/1'), { others }), [])
  t.strictSame(await found(structure('type'), patient('#c'), { others }), [])
  t.strictSame(await found(structure('type'), patient('#c', 'Organization/1'), { others }), [
    'profile-slice-closed Patient.generalPractitioner[1]',
  ])
  const targets = { 'Practitioner/1': { resourceType: 'Practitioner', active: true } }
  t.strictSame(await found(structure('profile'), patient('#c'), { others }), [])
  t.strictSame(await found(structure('profile'), patient('#c', 'Practitioner/1'), { others, targets }), [
    'profile-slice-closed Patient.generalPractitioner[1]',
  ])
  // What cannot be had may be in any slice of its type.
  t.strictSame(await found(structure('profile'), patient('Practitioner/2'), { others }), [])
  t.strictSame(await found(structure('profile'), patient('#c', 'Organization/2'), { others }), [
    'profile-slice-closed Patient.generalPractitioner[1]',
  ])
})

t.test('slices are sliced again', async (t) => {
  const structure = profile('Patient', [
    { path: 'Patient.telecom', ...slicing('open', [{ type: 'value', path: 'system' }]) },
    {
      path: 'Patient.telecom',
      sliceName: 'phone',
      max: '2',
      ...slicing('closed', [{ type: 'value', path: 'use' }]),
    },
    { path: 'Patient.telecom.system', min: 1, max: '1', fixedCode: 'phone' },
    { path: 'Patient.telecom', sliceName: 'phone/home', min: 1, max: '1' },
    { path: 'Patient.telecom.system', min: 1, max: '1', fixedCode: 'phone' },
    { path: 'Patient.telecom.use', min: 1, max: '1', fixedCode: 'home' },
  ])
  const telecom = (...all: [string, string][]) => ({
    resourceType: 'Patient',
    telecom: all.map(([system, use]) => ({ system, use, value: '1' })),
  })
  t.strictSame(await found(structure, telecom(['phone', 'home'], ['email', 'work'])), [])
  t.strictSame(await found(structure, telecom(['email', 'home'])), ['profile-slice-min Patient.telecom'])
  t.strictSame(await found(structure, telecom(['phone', 'home'], ['phone', 'work'])), [
    'profile-slice-closed Patient.telecom[1]',
  ])
})

t.test('slices that do not say how are sliced again by what they are slices by', async (t) => {
  const both = [
    { type: 'value', path: 'system' },
    { type: 'value', path: 'use' },
  ]
  const structure = profile('Patient', [
    { path: 'Patient.telecom', ...slicing('open', both) },
    { path: 'Patient.telecom', sliceName: 'phone' },
    { path: 'Patient.telecom.system', min: 1, max: '1', fixedCode: 'phone' },
    { path: 'Patient.telecom', sliceName: 'phone/home', max: '1' },
    { path: 'Patient.telecom.use', min: 1, max: '1', fixedCode: 'home' },
    { path: 'Patient.telecom', sliceName: 'phone/work', max: '1' },
    { path: 'Patient.telecom.use', min: 1, max: '1', fixedCode: 'work' },
    { path: 'Patient.telecom.value', min: 1, max: '1' },
  ])
  const telecom = (...uses: string[]) => ({
    resourceType: 'Patient',
    telecom: uses.map((use) => ({ system: 'phone', use })),
  })
  t.strictSame(await found(structure, telecom('home', 'mobile')), [])
  t.strictSame(await found(structure, telecom('home', 'home')), ['profile-slice-max Patient.telecom'])
  t.strictSame(await found(structure, telecom('home', 'work')), ['profile-min Patient.telecom[1].value'])
})

t.test('slices have slices within', async (t) => {
  const structure = profile('Observation', [
    { path: 'Observation.component', ...slicing('open', [{ type: 'pattern', path: 'code' }]) },
    { path: 'Observation.component', sliceName: 'a', min: 1, max: '1' },
    { path: 'Observation.component.code', min: 1, max: '1', patternCodeableConcept: { coding: [{ code: 'a' }] } },
    {
      path: 'Observation.component.interpretation',
      max: '*',
      type: [{ code: 'CodeableConcept' }],
      ...slicing('closed', [{ type: 'value', path: 'text' }]),
    },
    { path: 'Observation.component.interpretation', sliceName: 'high', min: 1, max: '1' },
    { path: 'Observation.component.interpretation.text', min: 1, max: '1', fixedString: 'high' },
  ])
  const observation = (...texts: string[]) => ({
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'x' },
    component: [
      { code: { text: 'other' }, valueBoolean: true },
      {
        code: { coding: [{ code: 'a' }] },
        ...(texts.length > 0 && { interpretation: texts.map((text) => ({ text })) }),
      },
    ],
  })
  t.strictSame(await found(structure, observation('high')), [])
  t.strictSame(await found(structure, observation('high', 'low')), [
    'profile-slice-closed Observation.component[1].interpretation[1]',
  ])
  t.strictSame(await found(structure, observation()), ['profile-slice-min Observation.component[1].interpretation'])
})

t.test('slices are told apart by a required binding', async (t) => {
  const structure = profile('Patient', [
    { path: 'Patient.maritalStatus' },
    { path: 'Patient.communication', ...slicing('closed', [{ type: 'value', path: 'language' }]) },
    { path: 'Patient.communication', sliceName: 'nordic', max: '1' },
    {
      path: 'Patient.communication.language',
      min: 1,
      max: '1',
      binding: { strength: 'required', valueSet: 'http://test/nordic' },
    },
  ])
  const patient = (...codes: string[]) => ({
    resourceType: 'Patient',
    communication: codes.map((code) => ({ language: { coding: [{ system: 'urn:l', code }] } })),
  })
  const verdictOf = ({ codings }: { codings: readonly { code?: string }[] }) => ({
    result: codings.some(({ code }) => code === 'da') ? ('in' as const) : ('out' as const),
    faults: [],
  })
  t.strictSame(await found(structure, patient('da'), { verdictOf }), [])
  t.strictSame(await found(structure, patient('da', 'fr'), { verdictOf }), [
    'profile-slice-closed Patient.communication[1]',
  ])
  t.strictSame(await found(structure, patient('da', 'da'), { verdictOf }), ['profile-slice-max Patient.communication'])
  // Where nobody knows the value set, nobody knows the slice.
  t.strictSame(await found(structure, patient('fr')), [])
})

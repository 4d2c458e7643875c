import type { ElementDefinition } from '@medplum/fhirtypes'
import t from 'tap'
import { withSnapshot } from '../../../../resources/validation/profiles/snapshot.ts'
import type { StructureDefinitionLike } from '../../../../resources/validation/question.ts'
import { r4Structures, readPackage, structuresIn, without } from '../../../support/profiles.ts'
import { type Agreement, agreementOf } from '../../../support/snapshots.ts'

t.setTimeout(300_000)
const PREFIX = 'http://hl7.org/fhir/StructureDefinition/'
const r4 = async (canonical: string) => r4Structures().get(canonical)

/** A profile that has only a differential. */
function derived(type: string, element: object[], more: object = {}): StructureDefinitionLike {
  const url = `http://test/${type}-derived`
  const base = { url, type, kind: 'resource', derivation: 'constraint', baseDefinition: PREFIX + type }
  return { ...base, differential: { element }, ...more }
}

async function made(structure: StructureDefinitionLike, ...others: StructureDefinitionLike[]) {
  const all = new Map(others.map((one) => [one.url, one]))
  const result = await withSnapshot(structure, async (canonical) => all.get(canonical) ?? r4(canonical))
  return new Map((result?.snapshot?.element as ElementDefinition[] | undefined)?.map((one) => [one.id, one]))
}

t.test('what a differential does not say is inherited', async (t) => {
  const elements = await made(derived('Patient', [{ path: 'Patient.name', min: 1, mustSupport: true }]))
  const base = r4Structures().get(`${PREFIX}Patient`)!.snapshot!.element
  t.equal(elements.size, base.length)
  t.match(elements.get('Patient.name'), { min: 1, max: '*', mustSupport: true, type: [{ code: 'HumanName' }] })
  t.match(elements.get('Patient'), { constraint: [{ key: 'dom-2' }, {}, {}, {}, {}] })
})

t.test('profiles of profiles inherit, and add invariants', async (t) => {
  const constraint = (key: string) => [{ key, severity: 'error', human: key, expression: 'true' }]
  const first = derived('Patient', [{ path: 'Patient.name', min: 1, constraint: constraint('a-1') }])
  const second = derived('Patient', [{ path: 'Patient.name', max: '2', constraint: constraint('b-1') }], {
    url: 'http://test/second',
    baseDefinition: first.url,
  })
  const name = (await made(second, first)).get('Patient.name')
  t.match(name, { min: 1, max: '2' })
  t.strictSame(
    name?.constraint?.map(({ key }) => key),
    ['ele-1', 'a-1', 'b-1'],
  )
})

t.test('types are unfolded where a differential goes deeper', async (t) => {
  const elements = await made(derived('Patient', [{ path: 'Patient.name.family', min: 1 }]))
  t.match(elements.get('Patient.name.family'), { min: 1, max: '1', base: { path: 'HumanName.family' } })
  t.ok(elements.has('Patient.name.given'))
  t.notOk(elements.has('Patient.telecom.system'))
  const keys = [...elements.keys()]
  t.equal(keys.indexOf('Patient.name.id'), keys.indexOf('Patient.name') + 1)
})

t.test('profiles on types, and elements that refer to others, are unfolded', async (t) => {
  const quantity = derived('Quantity', [{ path: 'Quantity.unit', min: 1 }], { kind: 'complex-type' })
  const observation = derived('Observation', [
    { path: 'Observation.value[x]', type: [{ code: 'Quantity', profile: [quantity.url] }] },
    { path: 'Observation.value[x].value', min: 1 },
    { path: 'Observation.component.referenceRange.low', min: 1 },
  ])
  const elements = await made(observation, quantity)
  t.match(elements.get('Observation.value[x].unit'), { min: 1 })
  t.match(elements.get('Observation.value[x].value'), { min: 1 })
  t.match(elements.get('Observation.component.referenceRange.low'), { min: 1, type: [{ code: 'Quantity' }] })
  t.match(elements.get('Observation.component.referenceRange'), { type: [{ code: 'BackboneElement' }] })
  t.equal(elements.get('Observation.component.referenceRange')?.contentReference, undefined)
})

t.test('slices are added, have children of their own, and slices again', async (t) => {
  const structure = derived('Observation', [
    {
      path: 'Observation.component',
      slicing: { discriminator: [{ type: 'value', path: 'code' }], rules: 'open' },
      min: 1,
    },
    { path: 'Observation.component', sliceName: 'a', max: '1' },
    { path: 'Observation.component.code', patternCodeableConcept: { text: 'a' } },
    { path: 'Observation.component', sliceName: 'b' },
    { path: 'Observation.component.value[x]', min: 1 },
    { path: 'Observation.component', sliceName: 'b/c' },
    { path: 'Observation.component.interpretation', min: 1 },
  ])
  const elements = await made(structure)
  t.match(elements.get('Observation.component'), { min: 1, slicing: { rules: 'open' } })
  t.match(elements.get('Observation.component:a'), { min: 0, max: '1', sliceName: 'a' })
  t.match(elements.get('Observation.component:a.code'), { patternCodeableConcept: { text: 'a' } })
  t.equal(elements.get('Observation.component:b.code')?.patternCodeableConcept, undefined)
  t.match(elements.get('Observation.component:b/c.value[x]'), { min: 1 })
  t.match(elements.get('Observation.component:b/c.interpretation'), { min: 1 })
  t.match(elements.get('Observation.component:b.interpretation'), { min: 0 })
})

t.test('extensions are told apart by url, and a renamed choice by type', async (t) => {
  const structure = derived('Observation', [
    {
      path: 'Observation.extension',
      sliceName: 'x',
      type: [{ code: 'Extension', profile: [`${PREFIX}patient-birthPlace`] }],
    },
    { path: 'Observation.valueQuantity', min: 1 },
    { path: 'Observation.valueQuantity.code', fixedCode: 'mg' },
    { path: 'Observation.component.valueString', maxLength: 9 },
  ])
  const elements = await made(structure)
  t.match(elements.get('Observation.extension'), { slicing: { discriminator: [{ type: 'value', path: 'url' }] } })
  t.match(elements.get('Observation.value[x]'), { min: 1, type: [{ code: 'Quantity' }], slicing: { rules: 'closed' } })
  t.match(elements.get('Observation.value[x]:valueQuantity'), { min: 1, type: [{ code: 'Quantity' }] })
  t.match(elements.get('Observation.value[x]:valueQuantity.code'), { fixedCode: 'mg' })
  t.match(elements.get('Observation.component.value[x]'), { type: [{ code: 'string' }], maxLength: 9 })
})

t.test('what has a snapshot is left as it is, and what has no base gets none', async (t) => {
  const patient = r4Structures().get(`${PREFIX}Patient`)!
  t.ok((await withSnapshot(patient, r4)) === patient)
  t.ok((await withSnapshot(derived('Patient', [], { baseDefinition: 'http://nowhere' }), r4)) === undefined)
  const circle = (url: string, baseDefinition: string) => derived('Patient', [], { url, baseDefinition })
  const circles = new Map(['a', 'b'].map((name) => [name, circle(name, name === 'a' ? 'b' : 'a')]))
  t.equal(await withSnapshot(circles.get('a')!, async (url) => circles.get(url)), undefined)
})

t.test('what has itself on a type comes to an end, and so does what grows without end', async (t) => {
  const url = 'http://test/Extension-derived'
  const type = [{ code: 'Extension', profile: [url] }]
  const itself = derived('Extension', [
    { path: 'Extension.extension', type },
    { path: 'Extension.extension.url', min: 1 },
  ])
  t.ok((await made(itself, itself)).has('Extension.extension.url'))
  const many = Array.from({ length: 8_000 }, (_, at) => ({ path: 'Observation.component', sliceName: `s${at}` }))
  t.ok((await withSnapshot(derived('Observation', many), r4)) === undefined)
})

t.test("those of R4's own profiles are as they were published", async (t) => {
  const profiles = [...r4Structures().values()].filter(
    ({ derivation, differential, snapshot }) => derivation === 'constraint' && differential && snapshot,
  )
  const agreement = await agreementOf(profiles, (url) => r4Structures().get(url))
  tell(t, agreement)
  t.ok(agreement.profiles > 400)
  t.strictSame(agreement.none, [])
  t.ok(agreement.same / agreement.elements > 0.99, `${agreement.same} of ${agreement.elements}`)
})

/**
 * Elements that agree, at least: others are made by publishers that close a choice of which one type is named, or
 * slice it at every depth, or begin a slice as what the profile says of all.
 */
const PACKAGES: [name: string, least: number, ...others: string[]][] = [
  ['hl7.fhir.us.core#3.1.1', 0.97],
  ['hl7.fhir.us.core#6.1.0', 1],
  ['hl7.fhir.us.core#7.0.0', 1],
  ['hl7.fhir.us.core#8.0.0', 0.98],
  ['hl7.fhir.us.carin-bb#2.0.0', 0.97, 'hl7.fhir.us.core#3.1.1'],
  ['hl7.fhir.us.mcode#1.0.1', 0.97, 'hl7.fhir.us.core#3.1.1'],
  ['hl7.fhir.uv.ips#1.1.0', 0.99],
  ['hl7.fhir.uv.ipa#1.0.0', 1],
  ['ihe.iti.balp#1.1.4', 0.98],
  ['hl7.fhir.uv.extensions.r4#5.2.0', 0.96],
]

for (const [name, least, ...others] of PACKAGES) {
  t.test(`those of ${name} are as they were published`, { skip: without(name, ...others) }, async (t) => {
    const all = new Map(r4Structures())
    for (const one of others)
      for (const structure of structuresIn(await readPackage(one))) all.set(structure.url, structure)
    const own = structuresIn(await readPackage(name))
    for (const structure of own) all.set(structure.url, structure)
    const agreement = await agreementOf(own, (url) => all.get(url))
    tell(t, agreement)
    // Its base is one of SDC, which is not here.
    t.strictSame(
      agreement.none.filter((url) => !url.endsWith('us-core-questionnaireresponse')),
      [],
    )
    t.ok(agreement.same / agreement.elements >= least, `${agreement.same} of ${agreement.elements}`)
  })
}

function tell(t: { comment(text: string): void }, { profiles, elements, same, differences }: Agreement): void {
  t.comment(`${profiles} structures: ${same} of ${elements} elements agree`)
  for (const [facet, ids] of differences) t.comment(`${facet}: ${ids.length}, as ${ids.slice(0, 2).join(', ')}`)
}

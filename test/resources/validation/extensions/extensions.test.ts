import t from 'tap'
import { namesOf } from '../../../../resources/validation/extensions/contexts.ts'
import { extensions } from '../../../../resources/validation/extensions/layer.ts'
import type { Place } from '../../../../resources/validation/place.ts'
import type { StructureDefinitionLike } from '../../../../resources/validation/question.ts'
import type { KnownSource } from '../../../../resources/validation/validator.ts'
import { Walk } from '../../../../resources/validation/walk.ts'
import { r4Structure } from '../../../standard/r4-knowledge.ts'
import { findingsOf, NOTHING_KNOWN } from '../../../support/findings.ts'

const HL7 = 'http://hl7.org/fhir/StructureDefinition/'
const OWN = 'http://a.example/StructureDefinition/'

/** A definition of a simple extension with a string, made from R4's own of the like. */
function definition(name: string, more: Partial<StructureDefinitionLike> & { isModifier?: boolean; status?: string }) {
  const { isModifier, ...rest } = more
  const made = structuredClone(r4Structure(`${HL7}humanname-mothers-family`)!) as StructureDefinitionLike & {
    snapshot: { element: { path: string; fixedUri?: string; isModifier?: boolean }[] }
  }
  for (const element of made.snapshot.element) {
    if (element.path === 'Extension.url') element.fixedUri = OWN + name
    if (element.path === 'Extension' && isModifier) element.isModifier = true
  }
  return { ...made, url: OWN + name, context: [{ type: 'element', expression: 'Element' }], ...rest }
}

const OWN_ONES = [
  definition('modifier', { isModifier: true }),
  definition('retired', { status: 'retired' }),
  definition('of-name', { context: [{ type: 'element', expression: 'HumanName' }] }),
  definition('of-contact-name', { context: [{ type: 'element', expression: 'Patient.contact.name' }] }),
  definition('of-given', { context: [{ type: 'element', expression: 'HumanName.given' }] }),
  definition('of-string', { context: [{ type: 'element', expression: 'string' }] }),
  definition('of-domain', { context: [{ type: 'element', expression: 'DomainResource' }] }),
  definition('of-backbone', { context: [{ type: 'element', expression: 'BackboneElement' }] }),
  definition('of-choice', { context: [{ type: 'element', expression: 'Patient.deceased[x]' }] }),
  definition('of-one-choice', { context: [{ type: 'element', expression: 'Patient.deceasedBoolean' }] }),
  definition('of-modifier', { context: [{ type: 'extension', expression: `${OWN}retired` }] }),
  definition('of-path', { context: [{ type: 'fhirpath', expression: 'x.y' }] }),
  definition('of-two', {
    context: [
      { type: 'element', expression: 'Group' },
      { type: 'element', expression: 'Patient' },
    ],
  }),
  definition('of-active', {
    context: [{ type: 'element', expression: 'Patient' }],
    contextInvariant: ["active = true and %extension.valueString = 'x'"],
  }),
]
const structureNow = (canonical: string) => OWN_ONES.find(({ url }) => url === canonical) ?? r4Structure(canonical)
const source: KnownSource = { ...NOTHING_KNOWN, structureNow, structure: async (canonical) => structureNow(canonical) }

const found = (resource: object, strictExtensions = false) =>
  findingsOf([extensions], { resourceType: 'Patient', ...resource }, { source, options: { strictExtensions } })
const own = (name: string) => ({ extension: [{ url: OWN + name, valueString: 'x' }] })
const context = (at: string) => [`error extension-context Patient.${at}`]

t.test('where an extension may be', async (t) => {
  const cases: [string, object, string[]][] = [
    ['of-name', { name: [own('of-name')] }, []],
    ['of-name', { contact: [{ name: own('of-name') }] }, []],
    ['of-name', own('of-name'), context('extension[0]')],
    ['of-name', { name: [{ _family: own('of-name') }] }, context('name[0].family.extension[0]')],
    ['of-contact-name', { contact: [{ name: own('of-contact-name') }] }, []],
    ['of-contact-name', { name: [own('of-contact-name')] }, context('name[0].extension[0]')],
    ['of-given', { name: [{ given: ['a', 'b'], _given: [null, own('of-given')] }] }, []],
    ['of-given', { name: [{ _family: own('of-given') }] }, context('name[0].family.extension[0]')],
    ['of-string', { name: [{ _family: own('of-string') }] }, []],
    ['of-string', { _gender: own('of-string') }, []],
    ['of-string', { _birthDate: own('of-string') }, context('birthDate.extension[0]')],
    ['of-domain', own('of-domain'), []],
    ['of-domain', { name: [own('of-domain')] }, context('name[0].extension[0]')],
    ['of-backbone', { contact: [own('of-backbone')] }, []],
    ['of-backbone', { name: [own('of-backbone')] }, context('name[0].extension[0]')],
    ['of-choice', { _deceasedBoolean: own('of-choice') }, []],
    ['of-choice', { _deceasedDateTime: own('of-choice') }, []],
    ['of-one-choice', { _deceasedBoolean: own('of-one-choice') }, []],
    ['of-one-choice', { _deceasedDateTime: own('of-one-choice') }, context('deceasedDateTime.extension[0]')],
    ['of-two', own('of-two'), []],
    ['of-path', own('of-path'), []],
    [
      'of-modifier',
      { extension: [{ url: `${OWN}elsewhere`, ...own('of-modifier') }] },
      [
        'warning extension-unknown Patient.extension[0].url',
        'error extension-context Patient.extension[0].extension[0]',
      ],
    ],
  ]
  for (const [name, resource, findings] of cases)
    t.strictSame(await found(resource), findings, `${name}: ${JSON.stringify(resource)}`)
})

t.test('what the element has to be like', async (t) => {
  t.strictSame(await found({ active: true, ...own('of-active') }), [])
  const wrong = ['error extension-context-invariant Patient.extension[0]']
  t.strictSame(await found({ active: false, ...own('of-active') }), wrong)
  t.strictSame(await found({ active: true, extension: [{ url: `${OWN}of-active`, valueString: 'y' }] }), wrong)
})

t.test('modifiers are told as such, and nothing else is', async (t) => {
  const { extension } = own('modifier')
  const at = 'error extension-modifier Patient'
  t.strictSame(await found({ modifierExtension: extension }), [])
  t.strictSame(await found({ extension }), [`${at}.extension[0]`])
  t.strictSame(await found({ modifierExtension: own('of-domain').extension }), [`${at}.modifierExtension[0]`])
})

t.test('what is retired is a warning', async (t) => {
  t.strictSame(await found(own('retired')), ['warning extension-retired Patient.extension[0]'])
})

t.test('urls', async (t) => {
  const at = 'Patient.extension[0].url'
  const cases: [string, boolean, string[]][] = [
    [`${OWN}x`, false, [`warning extension-unknown ${at}`]],
    [`${OWN}x`, true, [`error extension-unknown ${at}`]],
    ['urn:oid:1.2.3', false, [`warning extension-unknown ${at}`]],
    ['x', false, [`error extension-url-absolute ${at}`]],
    ['/x', false, [`error extension-url-absolute ${at}`]],
    [`${OWN}of-domain|1.0`, false, [`error extension-url-version ${at}`]],
    [`${HL7}patient-none-such`, false, [`error extension-no-such ${at}`]],
    // What HL7 defined later is not held, and not wrong.
    [`${HL7}individual-genderIdentity`, false, [`warning extension-unknown ${at}`]],
    ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-race', false, [`warning extension-unknown ${at}`]],
    [`${HL7}Patient`, false, [`error extension-other-type ${at}`]],
  ]
  for (const [url, strict, findings] of cases)
    t.strictSame(await found({ extension: [{ url, valueString: 'x' }] }, strict), findings, `${url} ${strict}`)
})

t.test('what is within one is what its definition has', async (t) => {
  const animal = (...urls: string[]) => ({
    extension: [
      {
        url: `${HL7}patient-animal`,
        extension: urls.map((url) => ({ url, valueCodeableConcept: { text: 'x' } })),
      },
    ],
  })
  t.strictSame(await found(animal('species', 'breed')), [])
  t.match(await found(animal('species', 'x-breed')), ['error extension-inner Patient.extension[0].extension[1].url'])
  t.strictSame(await found(animal('breed')), ['error profile-slice-min Patient.extension[0].extension'])
  t.strictSame(
    await found({
      extension: [{ url: `${OWN}x`, extension: [{ url: 'y', extension: [{ url: 'z', valueString: 'w' }] }] }],
    }),
    ['warning extension-unknown Patient.extension[0].url'],
  )
})

t.test('the value is of a type that its definition allows', async (t) => {
  t.strictSame((await found({ extension: [{ url: `${HL7}patient-birthPlace`, valueString: 'x' }] })).length, 1)
  t.strictSame(await found({ extension: [{ url: `${HL7}patient-birthPlace`, valueAddress: { text: 'x' } }] }), [])
})

t.test('waits for definitions that are not there yet', async (t) => {
  let asked = 0
  const slow: KnownSource = {
    ...source,
    structureNow: (url) => (url.startsWith(OWN) ? undefined : structureNow(url)),
    structure: async (url) => {
      asked++
      return structureNow(url)
    },
  }
  const resource = { resourceType: 'Patient', ...own('modifier') }
  t.strictSame(await findingsOf([extensions], resource, { source: slow }), [
    'error extension-modifier Patient.extension[0]',
  ])
  t.equal(asked, 1)
})

t.test('the names of a place', async (t) => {
  const names = new Map<string, string[]>()
  const walk = new Walk([
    { name: 'names', checkOf: () => (place: Place) => void names.set(place.name, [...namesOf(place)].sort()) },
  ])
  const value = { resourceType: 'Observation', valueQuantity: { unit: 'x' } }
  const body = { parent: undefined, name: '', index: undefined, value, sibling: undefined, type: 'Observation' }
  const place: Place = Object.assign(body, { resource: body as unknown as Place })
  walk.go(place, {} as never)
  t.strictSame(names.get(''), ['DomainResource', 'Observation', 'Resource'])
  t.strictSame(
    names.get('valueQuantity'),
    [
      ...['DataType', 'Element', 'Quantity'],
      ...['DomainResource', 'Observation', 'Resource'].flatMap((type) =>
        ['value', 'value[x]', 'valueQuantity'].map((name) => `${type}.${name}`),
      ),
    ].sort(),
  )
  t.ok(names.get('unit')?.includes('Quantity.unit') && names.get('unit')?.includes('Observation.value[x].unit'))
})

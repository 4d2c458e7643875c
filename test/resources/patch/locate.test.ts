import t from 'tap'
import { worked } from '../../../resources/effort.ts'
import { Budget } from '../../../resources/patch/budget.ts'
import { locate, locateList } from '../../../resources/patch/locate.ts'
import { outcome, tree } from './shared.ts'

const PATIENT = tree({
  resourceType: 'Patient',
  name: [
    {
      use: 'official',
      given: ['Ann', 'Bea'],
      family: 'Ash',
      _family: { extension: [{ url: 'http://x', valueString: 'y' }] },
    },
    { use: 'usual', given: [null, 'Cat'], _given: [{ id: 'g' }, null] },
  ],
  _birthDate: { extension: [{ url: 'http://x', valueCode: 'unknown' }] },
  deceasedBoolean: false,
  contact: [{ name: { family: 'Elm' } }, { gender: 'female' }],
  extension: [
    { url: 'http://a', valueQuantity: { value: 1.5 } },
    { url: 'http://b', extension: [{ url: 'c', valueCode: 'd' }] },
  ],
  contained: [
    { resourceType: 'Observation', id: 'o', valueString: 'text', component: [{ valueQuantity: { value: 2 } }] },
    { resourceType: 'Organization', id: 'p', name: 'Org' },
  ],
})

const show = (path: string): string =>
  outcome(() => locate(PATIENT, path, new Budget()).map(({ at, type }) => `${at.join('.')}:${type}`))

const PLACES: [path: string, places: string[]][] = [
  ['Patient', [':Patient']],
  ['$this', [':Patient']],
  ['Resource', [':Patient']],
  ['DomainResource.deceased', ['deceasedBoolean:boolean']],
  ['Patient.deceased', ['deceasedBoolean:boolean']],
  ['deceased', ['deceasedBoolean:boolean']],
  [' Patient.deceased.ofType(boolean) ', ['deceasedBoolean:boolean']],
  ['Patient.deceased.ofType(dateTime)', []],
  ['(Patient.deceased as boolean)', ['deceasedBoolean:boolean']],
  ['Patient.deceased as boolean', ['deceasedBoolean:boolean']],
  ['Patient.name', ['name.0:HumanName', 'name.1:HumanName']],
  ['Patient.name[1]', ['name.1:HumanName']],
  ['Patient.name[2]', []],
  [
    'Patient.name.given',
    ['name.0.given.0:string', 'name.0.given.1:string', 'name.1.given.0:string', 'name.1.given.1:string'],
  ],
  ['Patient.name.given[3]', ['name.1.given.1:string']],
  ['Patient.name.given.last()', ['name.1.given.1:string']],
  ['Patient.name.last().given.first()', ['name.1.given.0:string']],
  ['name.tail().given.skip(1)', ['name.1.given.1:string']],
  ['name.given.take(1)', ['name.0.given.0:string']],
  ["Patient.name.where(use='usual')", ['name.1:HumanName']],
  ["Patient.name.where(use = 'official').given[1]", ['name.0.given.1:string']],
  ["Patient.name.where(given = 'Ann')", []],
  ["Patient.name.given.where($this = 'Cat')", ['name.1.given.1:string']],
  ["Patient.contact.name.where(family='Elm').family", ['contact.0.name.family:string']],
  ["Patient.extension('http://a').value", ['extension.0.valueQuantity:Quantity']],
  ["Patient.extension('http://b').extension('c').value.ofType(string)", ['extension.1.extension.0.valueCode:code']],
  ['Patient.birthDate', ['birthDate:date']],
  ["Patient.birthDate.extension('http://x').value", ['_birthDate.extension.0.valueCode:code']],
  ['Patient.name.family.extension.value', ['name.0._family.extension.0.valueString:string']],
  ['Patient.name[1].given[0].id', ['name.1._given.0.id:string']],
  ['Patient.contained.ofType(Observation).value', ['contained.0.valueString:string']],
  ["Patient.contained.where(id = 'p').name", ['contained.1.name:string']],
  ['Patient.contained.component.value.value', ['contained.0.component.0.valueQuantity.value:decimal']],
  // From here on the engine helps.
  ['Patient.name.where(given.exists())', ['name.0:HumanName', 'name.1:HumanName']],
  ["Patient.name.where(use = 'usual' and given.count() = 2).given[1]", ['name.1.given.1:string']],
  ["Patient.name.where(family.startsWith('A')).family", ['name.0.family:string']],
  ["Patient.name.given.where($this.startsWith('B'))", ['name.0.given.1:string']],
  [
    "Patient.name.given.where($this.startsWith('B') or $this = 'Ann')",
    ['name.0.given.0:string', 'name.0.given.1:string'],
  ],
  ["Patient.name.where(family = 'A\\u0073h')", ['name.0:HumanName']],
  ['(Patient.name | Patient.contact.name).family', ['name.0.family:string', 'contact.0.name.family:string']],
  [
    'Patient.name | Patient.contact',
    ['name.0:HumanName', 'name.1:HumanName', 'contact.0:Patient.contact', 'contact.1:Patient.contact'],
  ],
  ['Patient.descendants().where(gender.exists())', ['contact.1:Patient.contact']],
  ['Patient.name.combine(Patient.name).first()', ['name.0:HumanName']],
  ['Patient.name[0 + 1].given[1]', ['name.1.given.1:string']],
  ['Patient.`name`.`family`', ['name.0.family:string']],
  ['Patient.name /* a.b */ .where(family.exists())', ['name.0:HumanName']],
  ['Patient.birthDate.extension.where(value.exists())', ['_birthDate.extension.0:Extension']],
  ['Patient.where(false).name', []],
]

for (const [path, places] of PLACES) t.equal(show(path), JSON.stringify(places), path)

const REFUSED: [path: string, wanted: RegExp][] = [
  ['', /^invalid /],
  ['Patient.', /^invalid /],
  ['.name', /^invalid /],
  ['Patient..name', /^invalid /],
  ['Patient.name.[0]', /^invalid /],
  ['Patient.name[0', /^invalid /],
  ['Patient.(name as HumanName)', /^invalid /],
  ['1 +', /^invalid /],
  ["Patient.name.where(use = 'usual)", /^invalid /],
  ['Patient.name.nonsense()', /^invalid /],
  ['Patient.managingOrganization.resolve()', /^(invalid|unprocessable) /],
  ['%secret.name', /^invalid /],
  ['Observation.value', /^unprocessable .*another type/],
  ['(Observation.value)', /^unprocessable .*another type/],
  ['FHIR.Patient.name', /^unprocessable .*another type/],
  ['Patient.name.exists()', /^unprocessable /],
  ['Patient.name.select(given)', /^unprocessable /],
  ["'text'", /^unprocessable /],
  ['1', /^unprocessable /],
  [`Patient.${'a'.repeat(1_000)}`, /^invalid .*1000 characters/],
]

for (const [path, wanted] of REFUSED) t.match(show(path), wanted, `refuses ${path.slice(0, 80)}`)

t.test('prints nothing of a patient', async (t) => {
  const printed = t.capture(console, 'log')
  const warned = t.capture(console, 'warn')
  for (const path of [
    "Patient.name.trace('x')",
    "Patient.`trace`('x')",
    "Patient.`\\u0074race`('x')",
    "/* ' */ name.trace('x') /* ' */",
  ]) {
    t.match(show(path), /^invalid .*trace/)
  }
  const born = { resourceType: 'Patient', birthDate: '1970-01-01', name: [{ family: 'x' }] }
  t.equal(locate(born, 'Patient.name.where(%resource.birthDate + 1.5 years > @1900-01-01)', new Budget()).length, 1)
  t.same(printed(), [])
  t.same(warned(), [])
})

t.test('stops paths that ask for too much', async (t) => {
  const many = 'Patient.descendants()'
  const slow = [
    `${many}${'.select(%context.descendants()'.repeat(9)}${')'.repeat(9)}`,
    "Patient.name.where('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!'.matches('(a+)+$'))",
  ]
  for (const path of slow) {
    const start = worked()
    t.match(
      outcome(() => locate(PATIENT, path, new Budget()).length),
      /^unprocessable too-costly.*too long/,
    )
    t.ok(worked() - start < 2_000)
  }
  t.match(show(`${'('.repeat(450)}Patient.name${')'.repeat(450)}`), /^(\[|invalid|unprocessable)/)
  t.match(show(`${'-'.repeat(990)}1`), /^unprocessable /)
  t.equal(show('Patient.name.where(given.exists())').length > 2, true, 'the engine works on')
})

const LISTS: [path: string, wanted: string | RegExp][] = [
  ['Patient.name', ':name'],
  ['name', ':name'],
  ['Patient.address', ':address'],
  ['Patient.name[1].given', 'name.1:given'],
  ['Patient.contact.where(gender.exists()).telecom', 'contact.1:telecom'],
  ['Patient.birthDate.extension', 'birthDate:extension'],
  ['Patient.contact.telecom', /^unprocessable .*2 elements/],
  ['Patient.communication.language', /^unprocessable .*nothing/],
  ['Patient.name[0]', /^invalid .*name of a list/],
  ["Patient.name.where(use='usual')", /^invalid .*name of a list/],
  ['Patient.name | Patient.contact.name', /^invalid .*name of a list/],
]

for (const [path, wanted] of LISTS) {
  const found = outcome(() => {
    const { holder, name } = locateList(PATIENT, path, new Budget())
    return `${holder.at.join('.')}:${name}`
  })
  if (typeof wanted === 'string') t.equal(found, JSON.stringify(wanted), `list ${path}`)
  else t.match(found, wanted, `list ${path}`)
}

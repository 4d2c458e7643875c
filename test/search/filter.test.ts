import t from 'tap'
import { type Named, openWorld } from '../support/world.ts'

const SCT = 'http://snomed.info/sct'
const RESOURCES: Named[] = [
  { resourceType: 'Organization', id: 'o', name: 'Mercy' },
  {
    resourceType: 'Patient',
    id: 'a',
    active: true,
    gender: 'male',
    birthDate: '2014-10-10',
    name: [{ family: 'Petersen', given: ['Peter', 'Zoë'] }],
    identifier: [{ system: 'http://x', value: 'q,r' }],
    managingOrganization: { reference: 'Organization/o' },
  },
  { resourceType: 'Patient', id: 'b', active: false, birthDate: '2000', name: [{ family: 'Carpet', given: ['Ann'] }] },
  {
    resourceType: 'Patient',
    id: 'c',
    gender: 'female',
    name: [{ family: `${'x'.repeat(1500)}pet`, given: [') or ('] }],
  },
  {
    resourceType: 'Observation',
    id: 'd',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '1234-5' }] },
    subject: { reference: 'Patient/a' },
    effectivePeriod: { start: '2020-01-01', end: '2020-03-31' },
    valueQuantity: { value: 5.4, system: 'http://unitsofmeasure.org', code: 'g' },
  },
  {
    resourceType: 'Observation',
    id: 'e',
    status: 'preliminary',
    code: { coding: [{ system: SCT, code: '1' }] },
    subject: { reference: 'Patient/b' },
    effectiveDateTime: '2021-05-05',
  },
  { resourceType: 'RiskAssessment', id: 'f', status: 'final', prediction: [{ probabilityDecimal: 0.8 }] },
  { resourceType: 'ValueSet', id: 'g', status: 'active', url: 'http://x/vs' },
]

const ROWS: [type: string, filter: string, found: string[] | RegExp][] = [
  ['Patient', 'name co "pet"', ['a', 'b']],
  ['Patient', 'given eq "peter" and birthdate ge 2014-10-10', ['a']],
  ['Observation', 'code eq http://loinc.org|1234-5', ['d']],
  ['Observation', 'code eq loinc|1234-5', ['d']],
  ['Observation', 'code eq snomed|1', ['e']],
  ['Observation', 'subject:Patient.name co "pet"', ['d', 'e']],
  ['Observation', 'subject.name co "petersen"', ['d']],
  ['Observation', 'subject.organization.name eq mercy', ['d']],
  ['Observation', 'subject[gender eq male].name co pet', ['d']],
  ['Observation', 'subject:Patient[gender eq male or active eq false].name co pet', ['d', 'e']],
  ['Observation', 'subject[gender eq male].organization[name eq x].name eq mercy', []],
  ['Observation', 'related[type eq "has-component"].target pr true', /related/],
  ['Patient', '_has:Observation:patient:code eq loinc|1234-5', ['a']],
  ['Patient', 'family eq petersen', ['a']],
  ['Patient', 'family eq peters', []],
  ['Patient', 'given eq ZOE', ['a']],
  ['Patient', 'family ne petersen', ['b', 'c']],
  ['Patient', 'family sw pet', ['a']],
  ['Patient', 'family ew PET', ['b']],
  ['Patient', 'family ew xxx', []],
  ['Patient', 'given ew ë', ['a']],
  ['Patient', 'family gt petersen', ['c']],
  ['Patient', 'family ge petersen', ['a', 'c']],
  ['Patient', 'family lt petersen', ['b']],
  ['Patient', 'family le petersen', ['a', 'b']],
  ['Patient', 'given eq ") or ("', ['c']],
  ['Patient', 'given eq "\\u0041nn"', ['b']],
  ['Patient', 'family ap x', /no operator ap/],
  ['Patient', 'gender eq male', ['a']],
  ['Patient', 'gender ne male', ['b', 'c']],
  ['Patient', 'gender co ma', /no operator co/],
  ['Patient', 'gender pr true', ['a', 'c']],
  ['Patient', 'gender pr false', ['b']],
  ['Patient', 'gender pr maybe', /true or false/],
  ['Patient', 'active eq true', ['a']],
  ['Patient', 'identifier eq "q,r"', ['a']],
  ['Patient', 'birthdate eq 2014', ['a']],
  ['Patient', 'birthdate ne 2014', ['b']],
  ['Patient', 'birthdate lt 2014', ['b']],
  ['Patient', 'birthdate sa 2013', ['a']],
  ['Patient', 'birthdate eq ge2000', /takes a date/],
  ['Patient', 'birthdate co 2000-05-05', ['b']],
  ['Patient', 'birthdate po 2000-05', ['b']],
  ['Patient', 'birthdate po x', /takes a date/],
  ['Observation', 'date po 2020-03-31T23:00:00Z', ['d']],
  ['Observation', 'date eb 2021', ['d']],
  ['Observation', 'value-quantity eq 5.4|ucum|g', ['d']],
  ['Observation', 'value-quantity gt 5300|http://unitsofmeasure.org|mg', ['d']],
  ['Observation', 'code-value-quantity eq http://loinc.org|1234-5$ge5', ['d']],
  ['RiskAssessment', 'probability ap 0.75', ['f']],
  ['RiskAssessment', 'probability co 0.75', /no operator co/],
  ['Observation', 'subject re Patient/b', ['e']],
  ['Observation', 'subject re http://x/fhir/Patient/b', ['e']],
  ['Observation', 'subject pr true', ['d', 'e']],
  ['Observation', 'subject in Patient/b', /no operator in/],
  ['ValueSet', 'url eq http://x/vs', ['g']],
  ['Patient', '_id eq a', ['a']],
  ['Patient', '_id ne a', ['b', 'c']],
  ['Patient', '_lastUpdated ge 2000-01-01', ['a', 'b', 'c']],
  ['Patient', '_lastUpdated lt 2000-01-01', []],
  // "evaluated left to right, with no precedence between and and or"
  ['Patient', 'active eq false or gender eq male and _id eq a', ['a']],
  ['Patient', 'active eq false or (gender eq male and _id eq a)', ['a', 'b']],
  ['Patient', '_id eq a and _id eq b or _id eq c', ['c']],
  ['Patient', '_id eq a or _id eq b or _id eq c', ['a', 'b', 'c']],
  ['Patient', 'not (gender eq male)', ['b', 'c']],
  ['Patient', 'not(not(gender eq male))', ['a']],
  ['Patient', 'not(gender eq male) and active eq false', ['b']],
  ['Patient', ' ( ( _id eq a ) ) ', ['a']],
  ['Patient', 'not gender eq male', /expected/],
  ['Patient', 'shoe eq 1', /shoe is not a search parameter of Patient/],
  ['Patient', '_id eq a or shoe eq 1', /shoe is not/],
  ['Patient', 'name:exact eq x', /not a search parameter/],
  ['Patient', '__proto__ eq x', /not a search parameter/],
  ['Patient', 'name constructor x', /expected/],
  ['Patient', 'name xx x', /no operator xx/],
  ['Patient', 'name eq', /expected/],
  ['Patient', 'name eq ""', /not empty/],
  ['Patient', 'name eq "x', /expected/],
  ['Patient', 'name eq "\\x"', /JSON/],
  ['Patient', '(name eq x', /\) is expected/],
  ['Patient', 'name eq x)', /expected/],
  ['Patient', 'name eq x and', /expected/],
  ['Patient', 'and', /expected/],
  ['Patient', '(', /expected/],
  ['Patient', 'name[', /expected/],
  ['Patient', "name eq 'a' -- x", /expected/],
]

t.test('R4 search_filter', async (t) => {
  const world = await openWorld(t, RESOURCES)
  for (const [type, filter, wanted] of ROWS) {
    const found = await world.found(type, `_filter=${encodeURIComponent(filter)}`)
    if (wanted instanceof RegExp) t.match(found, wanted, `${type}: ${filter}`)
    else t.strictSame(found, wanted, `${type}: ${filter}`)
  }
})

t.test('several filters are joined by and; an empty one asks nothing', async (t) => {
  const world = await openWorld(t, RESOURCES)
  t.strictSame(await world.found('Patient', '_filter=gender pr true&_filter=active pr true'), ['a'])
  t.strictSame(await world.found('Patient', '_filter=gender pr true&active:missing=true'), ['c'])
  t.strictSame(await world.found('Patient', '_filter='), ['a', 'b', 'c'])
  t.match(await world.found('Patient', Array(5).fill('_filter=_id eq a').join('&')), /4 _filter/)
})

const joined = (count: number, ...words: string[]) =>
  Array.from({ length: count }, (_, at) => `${at > 0 ? ` ${words[at % words.length]} ` : ''}name co ${at}`).join('')

t.test('what is too long, too deep or too much is refused, and what is not is found out', async (t) => {
  const world = await openWorld(t, RESOURCES)
  const patient = (filter: string) => world.found('Patient', `_filter=${encodeURIComponent(filter)}`)
  t.match(await patient(`${'('.repeat(10_000)}name eq x${')'.repeat(10_000)}`), /characters/)
  t.match(await patient('('.repeat(4000)), /nested/)
  t.match(await patient(`${'not('.repeat(1000)}name eq x${')'.repeat(1000)}`), /nested/)
  t.match(await patient('name['.repeat(1500)), /nested/)
  t.match(await patient(`name eq ${'x'.repeat(60_000)}`), /characters/)
  t.match(await patient(joined(101, 'or')), /100 tests/)
  t.match(await patient(joined(40, 'or', 'and')), /nested/)
  t.strictSame(await patient(joined(100, 'or')), [])
  t.strictSame(await patient(joined(20, 'or', 'and')), [])
  t.strictSame(await patient(`${'not('.repeat(20)}_id eq a${')'.repeat(20)}`), ['a'])
  const deep = `${'(_id eq a or ('.repeat(10)}name eq x${'))'.repeat(10)}`
  t.strictSame(await patient(deep), ['a'])
  const chain = '_has:Observation:patient:subject.organization.name eq mercy'
  t.strictSame(await patient(Array(20).fill(chain).join(' or ')), ['a'])
  const four = Array(4).fill(`_filter=${encodeURIComponent(joined(100, 'or'))}`)
  t.strictSame(await world.found('Patient', four.join('&')), [])
  t.match(
    await world.found('Observation', `_filter=${Array(90).fill('subject.identifier eq x').join(' or ')}`),
    /too far/,
  )
})

import t from 'tap'
import { nestingFault, unboundedPart } from '../../../search/custom/bounded.ts'

const times = (text: string, count: number) => text.repeat(count)
const letters = (count: number) => `'${times('a', count)}'`

/** What would hold the thread, or fill the memory, and words of why it is refused. */
const REFUSED: [expression: string, words: RegExp][] = [
  ["Patient.name.family.matches('(a+)+b')", /matches\(\).*regular expression/],
  ["Patient.name.family.matchesFull('(a+)+b')", /matchesFull/],
  ["Patient.name.family.replaceMatches('(a+)+b', '')", /replaceMatches/],
  ["Patient.name.family.`matches`('(a+)+b')", /`matches`\(\) is refused/],
  ["Patient.name.family.`mat\\u0063hes`('(a+)+b')", /is refused/],
  [`Patient.id${times(".replace('a','aa')", 50)}`, /replace\(\).*grow/],
  [`Patient.name.family${times('.select($this & $this)', 40)}`, /&/],
  [`Patient.name.family${times('.select($this + $this)', 40)}`, /\+/],
  [`Patient.name${times('.iif(true, $this.combine($this))', 30)}`, /combine\(\).*lists/],
  ['Patient.name.aggregate($total.combine($total), 1 | 2)', /aggregate/],
  ["Patient.name.defineVariable('a', 1)", /defineVariable/],
  ['Patient.name.coalesce(family, given)', /coalesce/],
  ['Patient.name.family.toChars()', /toChars/],
  ["Patient.name.family.split('a')", /split/],
  ['Patient.name.family.join()', /join/],
  ["Patient.name.family.encode('hex')", /encode/],
  [`Patient.active${times('.select(9L * 9L)', 40)}`, /\*/],
  ['Patient.multipleBirth.power(99999)', /power/],
  ['Patient.multipleBirth.round(99999999)', /round/],
  ['Patient.birthDate.lowBoundary()', /lowBoundary/],
  ["Patient.name.trace('x')", /trace/],
  ['Patient.text.`div`.htmlChecks()', /htmlChecks/],
  ['Patient.name.sort(family)', /sort/],
  ['Patient.name.sort()', /sort/],
  ['Patient.link.other.resolve().name', /resolve.*the resource alone/],
  ['Patient.link.other.`resolve`().name', /resolve/],
  ["Patient.gender.memberOf('http://x')", /memberOf.*the resource alone/],
  ['Patient.birthDate > today()', /today.*the resource alone/],
  ['Patient.descendants().descendants()', /descendants\(\) and repeat\(\) multiply/],
  ['Patient.repeat(contact).repeat(contact)', /multiply/],
  ['Patient.repeat(children())', /element names/],
  ["Patient.id.repeat($this & 'a')", /element names/],
  ['Patient.repeat(%resource.name)', /element names/],
  ['Patient.name.select(%resource.name)', /%resource within a function/],
  ['Patient.name.where(%context.name.exists())', /%context within/],
  [`Patient.name${times('.select($this | given)', 3)}`, /select\(\)/],
  [`Patient.name.select(${times('a.select(', 20)}b${times(')', 20)})`, /select\(\)/],
  ['Patient.name.select(%terminologies)', /%terminologies is not known/],
  ['%`resource`.name', /without quotes/],
  ['Patient.name.where(family.contains(given.first()))', /contains\(\) takes what is written/],
  [`Patient.name.where(family.contains(${letters(200)}))`, /100 characters/],
  ['Patient.name.where(family.startsWith(given.first()))', /startsWith\(\) takes what is written/],
  ["Coding { system: 'http://x' }", /builds a value/],
  [`Patient.name${times('.where(true)', 120)}`, /more than 100 parts/],
  [`${times('(', 60)}Patient${times(')', 60)}`, /brackets/],
  ['Patient.name.where()', /where\(\) takes 1 arguments, not 0/],
  ['Patient.name.toQuantity(1)', /toQuantity\(\) takes 0/],
]

t.test('what could hold the thread is refused, and it is said why', async (t) => {
  for (const [expression, words] of REFUSED) t.match(unboundedPart(expression), words, expression.slice(0, 80))
})

t.test('what search parameters ask for is let in', async (t) => {
  for (const expression of [
    "Patient.extension.where(url = 'http://x/y').value.ofType(Coding)",
    "Patient.extension('http://x/y').extension('z').value as Quantity",
    'Patient.name.where(use.exists().not()).given',
    'Patient.deceased.exists() and Patient.deceased != false',
    "Patient.telecom.where(system = 'phone' and use in ('home' | 'work')).value | Patient.contact.telecom.value",
    "Observation.component.where(code.coding.exists(system = 'http://loinc.org' and code = '1-8')).value.ofType(Quantity)",
    'Patient.name.given.first().lower()',
    'Patient.name.select(given | family).distinct()',
    'iif(Patient.birthDate.exists(), Patient.birthDate, Patient.deceased.ofType(dateTime))',
    'Questionnaire.repeat(item).code',
    'QuestionnaireResponse.repeat(item | answer.item).linkId',
    'Resource.descendants().ofType(Reference)',
    "Patient.identifier.where(value.startsWith('A-') and value.length() > -1).value.substring(2)",
    '%resource.name.family',
    "Observation.value.ofType(Quantity) > 5 'mg'",
    'Patient.birthDate >= @1990-01-01',
    "Patient.name.where(family = '((((((((((((((((((((((((((((((((((((((((((((((((((((((((')",
  ]) {
    t.equal(unboundedPart(expression), undefined, expression)
  }
})

t.test('brackets are counted where they are none of a string, a name or a comment', async (t) => {
  t.match(nestingFault(times('a.where(', 41)), /brackets/)
  t.match(nestingFault(`/* ' */ ${times('(', 41)} '`), /brackets/)
  t.match(nestingFault(`\`'\`${times('(', 41)}'`), /brackets/)
  t.equal(nestingFault(`'${times('(', 900)}'`), undefined)
  t.equal(nestingFault(`a // ${times('(', 900)}`), undefined)
  t.equal(nestingFault(times('a[0].', 200)), undefined)
})

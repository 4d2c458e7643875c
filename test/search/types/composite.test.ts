import t from 'tap'
import { searchParameterTables, storableTypes } from '../../../resources/definitions/definitions.ts'
import { parametersOf } from '../../../search/parameters.ts'
import { parseCriteria } from '../../../search/parse.ts'
import { BASE, finds } from '../../support/criteria.ts'

const L = 'http://loinc.org'
const U = 'http://unitsofmeasure.org'
const concept = (code: string) => ({ coding: [{ system: L, code }] })
const mmHg = (value: number) => ({ value, system: U, code: 'mm[Hg]' })
const PRESSURE = {
  resourceType: 'Observation',
  code: concept('85354-9'),
  component: [
    { code: concept('8480-6'), valueQuantity: mmHg(120) },
    { code: concept('8462-4'), valueQuantity: mmHg(80) },
    { code: concept('position'), valueCodeableConcept: concept('sitting') },
  ],
}
const WEIGHT = {
  resourceType: 'Observation',
  code: concept('29463-7'),
  valueQuantity: { value: 80, system: U, code: 'kg' },
}
const GROUP = {
  resourceType: 'Group',
  characteristic: [
    { code: concept('gender'), valueCodeableConcept: concept('mixed') },
    { code: concept('adult'), valueBoolean: true },
  ],
}
const QUESTIONS = {
  resourceType: 'Questionnaire',
  useContext: [
    { code: { code: 'focus' }, valueCodeableConcept: concept('asthma') },
    { code: { code: 'age' }, valueRange: { low: { value: 18, system: U, code: 'a' } } },
  ],
}
const DOCUMENT = {
  resourceType: 'DocumentReference',
  relatesTo: [
    { code: 'replaces', target: { reference: 'DocumentReference/old' } },
    { code: 'appends', target: { reference: 'DocumentReference/base' } },
  ],
}
const SEQUENCE = {
  resourceType: 'MolecularSequence',
  referenceSeq: { chromosome: concept('12'), referenceSeqId: concept('NC_000012'), windowStart: 100, windowEnd: 200 },
  variant: [
    { start: 110, end: 111 },
    { start: 150, end: 155 },
  ],
}
const dated = (value: object) => ({ resourceType: 'Observation', code: concept('d'), ...value })

const ROWS: [rule: string, resource: Parameters<typeof finds>[0], query: string, found: boolean | 400][] = [
  ['parts of the resource', WEIGHT, `code-value-quantity=${L}|29463-7$gt79|${U}|kg`, true],
  ['parts of the resource', WEIGHT, `code-value-quantity=${L}|29463-7$gt80|${U}|kg`, false],
  ['parts of the resource', WEIGHT, 'code-value-quantity=other$80', false],
  ['canonical units within', WEIGHT, `code-value-quantity=29463-7$80000|${U}|g`, true],
  ['concepts', dated({ valueCodeableConcept: concept('v') }), 'code-value-concept=d$v', true],
  ['concepts', dated({ valueCodeableConcept: concept('v') }), 'code-value-concept=d$w', false],
  ['strings', dated({ valueString: 'Übel' }), 'code-value-string=d$ubel', true],
  ['dates: as(DateTime)', dated({ valueDateTime: '2020-02-02' }), 'code-value-date=d$2020', true],
  ['dates: as(DateTime)', dated({ valueDateTime: '2020-02-02' }), 'code-value-date=d$ge2021', false],
  ['dates: Period', dated({ valuePeriod: { start: '2020' } }), 'code-value-date=d$gt2030', true],

  ['one component', PRESSURE, 'component-code-value-quantity=8480-6$gt100', true],
  ['not across components', PRESSURE, 'component-code-value-quantity=8462-4$gt100', false],
  ['not across components', PRESSURE, 'component-code-value-quantity=8480-6$80', false],
  ['the second component', PRESSURE, `component-code-value-quantity=${L}|8462-4$80|${U}|mm[Hg]`, true],
  ['concepts of a component', PRESSURE, 'component-code-value-concept=position$sitting', true],
  ['concepts of a component', PRESSURE, 'component-code-value-concept=8480-6$sitting', false],
  ['combo: of a component', PRESSURE, 'combo-code-value-quantity=8480-6$120', true],
  ['combo: not across components', PRESSURE, 'combo-code-value-quantity=8480-6$80', false],
  ['combo: not across the Observation and a component', PRESSURE, 'combo-code-value-quantity=85354-9$120', false],
  ['combo: of the Observation', WEIGHT, 'combo-code-value-quantity=29463-7$80', true],
  ['combo: concepts', PRESSURE, 'combo-code-value-concept=position$sitting', true],
  ['combo: concepts', PRESSURE, 'combo-code-value-concept=85354-9$sitting', false],
  ['alternatives', PRESSURE, 'component-code-value-quantity=8480-6$80,8462-4$80', true],
  ['alternatives', PRESSURE, 'component-code-value-quantity=8480-6$80,8462-4$120', false],
  [
    'two criteria may meet in two components',
    PRESSURE,
    'combo-code-value-quantity=8480-6$120&combo-code-value-quantity=8462-4$80',
    true,
  ],

  ['characteristics', GROUP, 'characteristic-value=gender$mixed', true],
  ['characteristics: boolean', GROUP, 'characteristic-value=adult$true', true],
  ['characteristics: not across', GROUP, 'characteristic-value=adult$mixed', false],
  ['contexts', QUESTIONS, 'context-type-value=focus$asthma', true],
  ['contexts: not across', QUESTIONS, 'context-type-value=age$asthma', false],
  ['contexts: Range', QUESTIONS, `context-type-quantity=age$gt30|${U}|a`, true],
  ['contexts: not across', QUESTIONS, `context-type-quantity=focus$gt30|${U}|a`, false],
  ['references and bound codes', DOCUMENT, 'relationship=replaces$DocumentReference/old', true],
  ['references: a bare id', DOCUMENT, 'relationship=http://hl7.org/fhir/document-relationship-type|appends$base', true],
  ['references: not across', DOCUMENT, 'relationship=appends$DocumentReference/old', false],
  ['three parts with %resource', SEQUENCE, 'chromosome-variant-coordinate=12$ge150$le155', true],
  ['three parts: not across', SEQUENCE, 'chromosome-variant-coordinate=12$ge150$le111', false],
  ['three parts with %resource', SEQUENCE, 'chromosome-variant-coordinate=11$ge150$le155', false],
  ['three parts', SEQUENCE, 'chromosome-window-coordinate=12$100$200', true],
  ['three parts', SEQUENCE, 'referenceseqid-window-coordinate=NC_000012$100$201', false],
  ['three parts', SEQUENCE, 'referenceseqid-variant-coordinate=NC_000012$110$111', true],

  ['an escaped $ is no separator', dated({ valueString: 'a$b' }), 'code-value-string=d$a\\$b', true],
  ['an escaped $ is no separator', dated({ valueString: 'a$b' }), 'code-value-string=d\\$a$b', false],
  ['an escaped comma', dated({ valueString: 'a,b' }), 'code-value-string=d$a\\,b', true],
  [
    'an escaped bar',
    { resourceType: 'Observation', code: concept('a|b'), valueString: 'x' },
    'code-value-string=a\\|b$x',
    true,
  ],
  ['missing', PRESSURE, 'component-code-value-quantity:missing=false', true],
  ['missing', WEIGHT, 'component-code-value-quantity:missing=true', true],
  ['missing', WEIGHT, 'combo-code-value-quantity:missing=true', false],
  ['missing: a code alone is half a composite', dated({}), 'code-value-quantity:missing=true', true],
  ['hostile: one part', PRESSURE, 'component-code-value-quantity=8480-6', 400],
  ['hostile: three parts', PRESSURE, 'component-code-value-quantity=8480-6$1$2', 400],
  ['hostile: a thousand parts', PRESSURE, `component-code-value-quantity=${'$'.repeat(1000)}`, 400],
  ['hostile: an empty part', PRESSURE, 'component-code-value-quantity=8480-6$', 400],
  ['hostile: an empty part', PRESSURE, 'component-code-value-quantity=$1', 400],
  ['hostile: a bad part', PRESSURE, 'component-code-value-quantity=8480-6$x', 400],
  ['hostile: a bad part', PRESSURE, 'component-code-value-quantity=|$1', 400],
  ['no modifier of a composite', PRESSURE, 'component-code-value-quantity:exact=8480-6$120', 400],
]

for (const [rule, resource, query, found] of ROWS) {
  t.test(`R4 search 3.1.1.4.13 ${rule}: ${query.slice(0, 80)}`, async (t) => t.equal(finds(resource, query), found))
}

const SAMPLES: Record<string, string> = {
  token: 'a',
  quantity: '1',
  string: 'a',
  date: '2020',
  number: '1',
  reference: 'Patient/1',
}

t.test('all composites of R4 can be searched', async (t) => {
  const tables = searchParameterTables.filter(({ type }) => type === 'composite')
  t.equal(tables.length, 46)
  for (const { code, base, components = [] } of tables) {
    const types = components.map(({ definition }) => searchParameterTables.find(({ url }) => url === definition)!.type)
    for (const type of base.filter((name) => storableTypes.has(name))) {
      const query = [[code, types.map((name) => SAMPLES[name]).join('$')]] as const
      const { expression, unknown } = parseCriteria(type, query, { baseUrl: BASE })
      t.ok(unknown.length === 0 && ['and', 'or', 'composite'].includes(expression.kind), `${type}?${code}`)
      t.equal(parametersOf(type).get(code)?.branches?.length, code.startsWith('combo-') ? 2 : 1, `${type}?${code}`)
    }
  }
})

import t from 'tap'
import { baseFormOf } from '../../../resources/units/units.ts'
import { finds } from '../../support/criteria.ts'

const U = 'http://unitsofmeasure.org'
const observed = (valueQuantity: object) => ({ resourceType: 'Observation', valueQuantity })
const ucum = (value: number, code: string, unit = code) => observed({ value, code, unit, system: U })
const aged = (low?: number, high?: number) => ({
  resourceType: 'Condition',
  onsetRange: {
    ...(low === undefined ? {} : { low: { value: low, system: U, code: 'a' } }),
    ...(high === undefined ? {} : { high: { value: high, system: U, code: 'a' } }),
  },
})
const MG = ucum(5400, 'mg', 'milligram')
const OTHER = observed({ value: 5.4, system: 'http://other', code: 'x' })
const MONEY = { resourceType: 'Invoice', totalNet: { value: 12.5, currency: 'EUR' } }

const ROWS: [rule: string, resource: Parameters<typeof finds>[0], query: string, found: boolean | 400][] = [
  ['a number of any unit', MG, 'value-quantity=5400', true],
  ['a number of any unit', MG, 'value-quantity=5401', false],
  ['UCUM in its own unit', MG, `value-quantity=5400|${U}|mg`, true],
  ['UCUM in canonical units', MG, `value-quantity=5.4|${U}|g`, true],
  ['UCUM in canonical units, as exact as the digits', ucum(5350, 'mg'), `value-quantity=5.4|${U}|g`, true],
  ['UCUM in canonical units, as exact as the digits', ucum(5450, 'mg'), `value-quantity=5.4|${U}|g`, false],
  ['UCUM in canonical units, as exact as the digits', ucum(5450, 'mg'), `value-quantity=ne5.4|${U}|g`, true],
  ['UCUM in canonical units', ucum(5.4, 'g'), `value-quantity=5400.0|${U}|mg`, true],
  ['UCUM: 5.40e-3 is 0.0054 (+/-0.00005)', ucum(5.44, 'mg'), `value-quantity=5.40e-3|${U}|g`, true],
  ['UCUM: 5.40e-3 is 0.0054 (+/-0.00005)', ucum(5.45, 'mg'), `value-quantity=5.40e-3|${U}|g`, false],
  ['UCUM of another dimension', MG, `value-quantity=5400|${U}|mL`, false],
  ['UCUM: gt', MG, `value-quantity=gt5.399|${U}|g`, true],
  ['UCUM: gt is not the same', MG, `value-quantity=gt5.4|${U}|g`, false],
  ['UCUM: ge is the same', MG, `value-quantity=ge5.4|${U}|g`, true],
  ['UCUM: le is the same', MG, `value-quantity=le0.0054|${U}|kg`, true],
  ['UCUM: lt is not the same', MG, `value-quantity=lt0.0054|${U}|kg`, false],
  ['UCUM: sa', MG, `value-quantity=sa5.3|${U}|g`, true],
  ['UCUM: eb', MG, `value-quantity=eb5.3|${U}|g`, false],
  ['UCUM: ap', ucum(5940, 'mg'), `value-quantity=ap5.4|${U}|g`, true],
  ['UCUM: ap', ucum(5941, 'mg'), `value-quantity=ap5.4|${U}|g`, false],
  ['UCUM: ne', MG, `value-quantity=ne5.4|${U}|g`, false],
  ['UCUM: ne is of the same dimension', MG, `value-quantity=ne5.4|${U}|mL`, false],
  ['UCUM with an offset', ucum(98.6, '[degF]'), `value-quantity=37.0|${U}|Cel`, true],
  ['UCUM with an offset', ucum(37, 'Cel'), `value-quantity=98.6|${U}|[degF]`, true],
  ['UCUM with an offset', ucum(310.15, 'K'), `value-quantity=ge37|${U}|Cel`, true],
  ['UCUM with an offset: ge to the digit', ucum(98.6, '[degF]'), `value-quantity=ge37|${U}|Cel`, true],
  ['UCUM with an offset: le to the digit', ucum(98.6, '[degF]'), `value-quantity=le37|${U}|Cel`, true],
  [
    'UCUM with an offset: a tenth is that of the stated number',
    ucum(40.7, 'Cel'),
    `value-quantity=ap37|${U}|Cel`,
    true,
  ],
  ['UCUM with an offset: a tenth is that of the stated number', ucum(41, 'Cel'), `value-quantity=ap37|${U}|Cel`, false],
  ['UCUM: powers of ten', ucum(7.5, '10*3/uL'), `value-quantity=7.5|${U}|10*9/L`, true],
  ['UCUM: molar', ucum(5.5, 'mmol/L'), `value-quantity=5500|${U}|umol/L`, true],
  ['UCUM: rates', ucum(60, '/min'), `value-quantity=1|${U}|/s`, true],
  ['UCUM: arbitrary units', ucum(2.5, 'm[iU]/L'), `value-quantity=2.5|${U}|u[iU]/mL`, true],
  ['UCUM: arbitrary units are those of their kind', ucum(2.5, 'm[iU]/L'), `value-quantity=2.5|${U}|m[arb'U]/L`, false],
  ['UCUM: no linear scale', ucum(7.4, '[pH]'), `value-quantity=7.4|${U}|[pH]`, true],
  ['UCUM: annotations', ucum(3, '{score}'), `value-quantity=3|${U}|{score}`, true],
  ['UCUM: annotations are the unit 1', ucum(3, '{score}'), `value-quantity=3|${U}|1`, true],
  ['UCUM: an uncommon unit', ucum(3, 'mg/(8.h.kg)'), `value-quantity=3000|${U}|ug/(8.h.kg)`, true],
  ['UCUM: no such unit', ucum(3, 'bogus'), `value-quantity=3|${U}|bogus`, true],
  ['UCUM: no such unit', ucum(3, 'bogus'), `value-quantity=3|${U}|Bogus`, false],
  ['another system', OTHER, 'value-quantity=5.4|http://other|x', true],
  ['another system', OTHER, 'value-quantity=5.4|http://another|x', false],
  ['another system', OTHER, 'value-quantity=5.4|http://other|y', false],
  ['no system: the code', MG, 'value-quantity=5400||mg', true],
  ['no system: the unit as written', MG, 'value-quantity=5400||milligram', true],
  ['no system: no conversion', MG, 'value-quantity=5.4||g', false],
  ['no system: a code of any', OTHER, 'value-quantity=5.4||x', true],
  ['unit alone in the resource', observed({ value: 5, unit: 'drops' }), 'value-quantity=5||drops', true],
  ['an escaped bar in a unit', observed({ value: 5, unit: 'a|b' }), 'value-quantity=5||a\\|b', true],
  ['an escaped dollar and comma in a unit', observed({ value: 5, unit: 'a$b,c' }), 'value-quantity=5||a\\$b\\,c', true],
  ['comparator: <5 is below', observed({ value: 5, comparator: '<' }), 'value-quantity=lt1', true],
  ['comparator: <5 is never 5', observed({ value: 5, comparator: '<' }), 'value-quantity=ge5', false],
  ['comparator: <=5 may be 5', observed({ value: 5, comparator: '<=' }), 'value-quantity=eb5', false],
  ['comparator: >5 is above', observed({ value: 5, comparator: '>' }), 'value-quantity=gt100', true],
  ['comparator: >5 is after 5', observed({ value: 5, comparator: '>' }), 'value-quantity=sa5', true],
  ['comparator: >=5', observed({ value: 5, comparator: '>=' }), 'value-quantity=sa5', false],
  ['Range within', aged(20, 30), `onset-age=ge20|${U}|a`, true],
  ['Range in canonical units', aged(20, 30), `onset-age=ge240|${U}|mo`, true],
  ['Range beyond', aged(20, 30), `onset-age=lt20|${U}|a`, false],
  ['Range open above', aged(20), `onset-age=gt99|${U}|a`, true],
  ['Range open below', aged(undefined, 30), `onset-age=lt1|${U}|a`, true],
  ['Range of nothing', aged(), 'onset-age:missing=true', true],
  ['Age', { resourceType: 'Condition', onsetAge: { value: 2, system: U, code: 'a' } }, `onset-age=24.0|${U}|mo`, true],
  ['Duration', { resourceType: 'Encounter', length: { value: 2, system: U, code: 'h' } }, `length=120|${U}|min`, true],
  ['Money by its currency', MONEY, 'totalnet=12.5|urn:iso:std:iso:4217|EUR', true],
  ['Money by its currency', MONEY, 'totalnet=12.5||EUR', true],
  ['Money by its currency', MONEY, 'totalnet=12.5|urn:iso:std:iso:4217|USD', false],
  ['missing', MG, 'value-quantity:missing=false', true],
  ['missing: no number is no value', observed({ unit: 'mg' }), 'value-quantity:missing=true', true],
  ['no modifier of a quantity', MG, 'value-quantity:exact=5400', 400],
  ['hostile: 1e999 in the resource', ucum(Number.POSITIVE_INFINITY, 'mg'), 'value-quantity:missing=true', true],
  ['hostile: 1e308 of a large unit', ucum(1e308, 'mol'), `value-quantity=gt1|${U}|mol`, true],
  ['hostile: two parts', MG, 'value-quantity=5.4|mg', 400],
  ['hostile: four parts', MG, 'value-quantity=5.4|a|b|c', 400],
  ['hostile: no number', MG, `value-quantity=|${U}|mg`, 400],
  ['hostile: no unit', MG, `value-quantity=5.4|${U}|`, 400],
  ['hostile: bars alone', MG, 'value-quantity=||', 400],
  ['hostile: NaN', MG, `value-quantity=NaN|${U}|mg`, 400],
  ['hostile: 1e999', MG, `value-quantity=1e999|${U}|mg`, 400],
  ['hostile: 1e-999', MG, `value-quantity=1e-999|${U}|mg`, false],
  ['hostile: 1e280 of a large unit', MG, `value-quantity=lt1e280|${U}|mol`, false],
  ['hostile: a code of 10,000 characters', MG, `value-quantity=1|${U}|${'(mg).'.repeat(2000)}`, false],
  ['hostile: __proto__', MG, `value-quantity=1|${U}|__proto__`, false],
  ['hostile: constructor', MG, `value-quantity=1|${U}|constructor`, false],
  ['hostile: an unclosed annotation', MG, `value-quantity=1|${U}|mg{`, false],
]

for (const [rule, resource, query, found] of ROWS) {
  const sent = query.replaceAll('+', '%2B')
  t.test(`R4 search 3.1.1.4.11 ${rule}: ${query.slice(0, 80)}`, async (t) => t.equal(finds(resource, sent), found))
}

t.test('UCUM codes in base units', async (t) => {
  t.strictSame(baseFormOf('mg/dL'), { base: 'g.m-3', factor: 10, offset: 0 })
  t.strictSame(baseFormOf('Cel'), { base: 'K', factor: 1, offset: 273.15 })
  t.equal(baseFormOf('[pH]'), undefined)
  t.equal(baseFormOf('dB'), undefined)
  t.equal(baseFormOf('[iU]2'), undefined)
  t.equal(baseFormOf('years'), undefined)
})

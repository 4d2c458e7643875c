import t from 'tap'
import { ReferenceScan } from '../../operations/record/reference-scan.ts'
import { dateRange } from '../../resources/dates.ts'
import { searchParameterTables, storableTypes } from '../../resources/definitions/definitions.ts'
import { CARE_DATE, inCarePeriod } from '../../search/care-dates.ts'
import { typesOfCompartment } from '../../search/compartment.ts'
import { parametersOf } from '../../search/parameters.ts'

const BASE = 'http://127.0.0.1:8080/fhir'

const dateParameters = (type: string) =>
  searchParameterTables.filter((one) => one.type === 'date' && one.base.includes(type)).map(({ code }) => code)

t.test('each date of care is a date parameter of a type in the record', async (t) => {
  for (const [type, code] of Object.entries(CARE_DATE)) {
    t.ok(typesOfCompartment('Patient').includes(type), type)
    t.ok(dateParameters(type).includes(code), `${type}.${code}`)
  }
})

t.test('types whose dates are not those of care', async (t) => {
  const left = typesOfCompartment('Patient').filter(
    (type) => !CARE_DATE[type] && !dateParameters(type).includes('date'),
  )
  t.strictSame(
    left.filter((type) => dateParameters(type).length > 0),
    ['Basic', 'Patient', 'Person', 'RelatedPerson'],
  )
})

t.test('no period asks for nothing; a type without a date is taken in', async (t) => {
  const start = dateRange('2020')
  t.strictSame(inCarePeriod('Observation', { start: undefined, end: undefined }), { kind: 'all' })
  t.strictSame(inCarePeriod('Patient', { start, end: start }), { kind: 'all' })
})

const indexed = parametersOf('Condition').has('onset-date') ? {} : { skip: 'dates are not indexed yet' }

t.test('a period: what overlaps it, and what has no date', indexed, async (t) => {
  const where = inCarePeriod('Condition', { start: dateRange('2020-02-03'), end: dateRange('2020-02-04') })
  const all = [
    ['high', '>', Date.UTC(2020, 1, 3)],
    ['low', '<', Date.UTC(2020, 1, 5)],
  ]
  t.match(where, { kind: 'or', parts: [{ kind: 'range', param: 'onset-date', tests: [{ all }] }, { kind: 'not' }] })
})

t.test('references in a text, without parsing it', async (t) => {
  const found = (resource: object, types = storableTypes) => {
    const scan = new ReferenceScan(types, BASE, new Map())
    scan.read(Buffer.from(JSON.stringify(resource)))
    return [...scan.targets].flatMap(([type, ids]) => [...ids].map((id) => `${type}/${id}`))
  }
  t.strictSame(found({ a: { reference: 'Patient/1' }, b: [{ reference: 'Group/2' }] }), ['Patient/1', 'Group/2'])
  t.strictSame(found({ a: { reference: `${BASE}/Patient/1/_history/3` } }), ['Patient/1'])
  t.strictSame(found({ reference: 'Patient/1' }, new Set(['Group'])), [])
  for (const reference of ['#x', 'urn:uuid:1', 'http://else.org/Patient/1', 'Shoe/1', 'Patient?a=b', '', 'ä/1']) {
    t.strictSame(found({ reference }), [], reference)
  }
  t.strictSame(found({ text: '{"reference":"Patient/1"}' }), [], 'what a string tells is no reference')
  t.strictSame(found({ reference: { reference: 'Patient/1' } }), ['Patient/1'])
  t.strictSame(found({ url: 'Binary/1', title: 'Binary/2', x: { url: `${BASE}/Binary/3` } }), ['Binary/1', 'Binary/3'])
  t.strictSame(found({ url: 'http://else.org/Binary/1', text: '"url":"Binary/2"' }), [])
})

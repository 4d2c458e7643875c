import fc from 'fast-check'
import t from 'tap'
import { fieldOf, indexFacts, patientKey } from '../../../../resources/store/mongo/document.ts'
import { tokenKey } from '../../../../resources/store/mongo/keys.ts'

t.test('each value once, ranges and words apart', async (t) => {
  const facts = indexFacts([
    ['token', 'code', 's', 'a'],
    ['token', 'code', 's', 'a', 1],
    ['range', 'date', '', 5, 9],
    ['range', 'date', '', 5, 9, 1],
    ['range', 'value', 'mg', 1, 1],
    ['words', '_text', 'a b'],
    ['words', '_content', 'a'],
  ])
  t.strictSame(facts.k, [tokenKey('code', 'a', 's')])
  t.strictSame(facts.r, [
    { p: 'date', u: '', l: 5, h: 9 },
    { p: 'value', u: 'mg', l: 1, h: 1 },
  ])
  t.strictSame(facts.w, ['ta', 'tb', 'ca'])
  t.strictSame(facts.g, [{ k: [tokenKey('code', 'a', 's')], r: [{ p: 'date', u: '', l: 5, h: 9 }] }])
  t.strictSame(facts.pk, undefined)
  t.strictSame(indexFacts([]), {}, 'nothing of what there is none of')
})

t.test('groups stay apart', async (t) => {
  const { g } = indexFacts([
    ['token', 'a', '', 'x', 1],
    ['token', 'b', '', 'y', 1],
    ['uri', 'c', 'urn:z', 2],
    ['reference', 'd', 'Patient', 'p', 2],
    ['string', 'e', 'f', 'F', 3],
    ['token', 'a', '', 'z'],
  ])
  t.strictSame(
    g?.map(({ k }) => k?.length),
    [2, 2, 1],
  )
})

t.test('sorts by the least and the greatest, of what has an order', async (t) => {
  const { s } = indexFacts([
    ['range', 'date', '', 5, 6],
    ['range', 'date', '', 1, 9],
    ['range', 'value', 'mg', 1, 2],
    ['string', 'name', '😀', ''],
    ['string', 'name', '\uffff', ''],
    ['token', 'code:text', '', 'x'],
    ['token', 'component#code', '', 'x'],
    ['token', '__proto__', '', 'x'],
  ])
  t.strictSame(s?.date, { a: 1, z: 9 })
  t.strictSame(s?.name, { a: '\uffff', z: '😀' }, 'by bytes')
  t.strictSame(Object.keys(s ?? {}).sort(), ['date', 'name'].sort())
})

t.test('tokens are kept behind each patient', async (t) => {
  const key = tokenKey('status', 'final', 's')
  const { pk } = indexFacts([
    ['reference', 'patient', 'Patient', 'p'],
    ['reference', 'patient', 'Patient', 'q'],
    ['reference', 'subject', 'Patient', 'r'],
    ['token', 'status', 's', 'final'],
    ['token', 'identifier', 's', '1'],
  ])
  t.strictSame(pk, ['p', patientKey('p', key), 'q', patientKey('q', key)])
})

t.test('no two parameters share a field', async (t) => {
  const name = fc.string({ unit: fc.constantFrom('%', '.', '$', '2', '5', 'e', '4', 'a'), maxLength: 6 })
  fc.assert(fc.property(name, name, (one, other) => (fieldOf(one) === fieldOf(other)) === (one === other)))
  fc.assert(fc.property(name, (one) => !/[.$]/.test(fieldOf(one))))
  t.equal(fieldOf('a.b$c%'), 'a%2eb%24c%25')
})

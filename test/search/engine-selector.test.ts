import t from 'tap'
import { worked } from '../../resources/effort.ts'
import { unboundedPart } from '../../search/custom/bounded.ts'
import { engineSelector } from '../../search/engine-selector.ts'

const many = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_, at) => make(at))

/** Some 1 MB. */
const large = () => ({
  resourceType: 'Patient',
  id: 'a',
  text: { status: 'generated', div: `<div>${'a'.repeat(300_000)}</div>` },
  name: many(3000, (at) => ({ family: `Name${at}`, given: [`A${at}`, `B${at}`], use: 'official' })),
  contact: many(2000, (at) => ({ name: { family: `C${at}`, text: `x${at}` }, address: { city: `City${at}` } })),
  identifier: many(3000, (at) => ({ system: 'http://x/y', value: String(at) })),
  extension: [
    many(60, String).reduce<object>((inner, at) => ({ url: at, extension: [inner, { url: 'q' }] }), { url: 'x' }),
  ],
})

const literals = (count: number, from: number) => many(count, (at) => `'${from + at}'`).join(' | ')

/** The worst of what is let in. */
const COSTLY = [
  'Patient.descendants().distinct()',
  'Patient.name.family | Patient.name.given | Patient.identifier.value',
  'Patient.name.given.intersect(%resource.identifier.value)',
  'Patient.identifier.value.subsetOf(name.given | identifier.value)',
  `Patient.name.select(${literals(35, 0)}).select(${literals(35, 100)})`,
  `Patient.descendants()${'.where($this.exists())'.repeat(25)}`,
  `Patient.name.family${'.distinct()'.repeat(60)}`,
  'Patient.repeat(extension).select($this | extension).select($this | extension | extension.extension)',
]

t.test('what is let in holds the thread for a tenth of a second, and is given up when it goes on', async (t) => {
  const resource = large()
  for (const expression of COSTLY) {
    t.equal(unboundedPart(expression), undefined, expression)
    let overruns = 0
    const select = engineSelector(expression, () => overruns++)
    const began = worked()
    for (let at = 0; at < 40; at++) select(resource)
    const took = worked() - began
    // 300 ms are saved, each resource adds 2, and each is stopped somewhat late.
    t.ok(took < 1_500, `${expression.slice(0, 60)}: ${Math.round(took)} ms for 40 resources, ${overruns} overruns`)
  }
})

t.test('an overrun gives no values, and others go on', async (t) => {
  let overruns = 0
  const select = engineSelector('Patient.descendants().distinct().first().first()', () => overruns++)
  t.same(select(large()), [])
  t.equal(overruns, 1)
  t.equal(select({ resourceType: 'Patient', id: 'b' }).length, 1, 'the next is small')
  t.equal(overruns, 1)
})

t.test('a resource on which the expression fails has no values, and that is no overrun', async (t) => {
  const select = engineSelector('Patient.name.single().family', () => t.fail('an overrun'))
  t.same(select({ resourceType: 'Patient', name: [{ family: 'a' }, { family: 'b' }] }), [])
  t.match(select({ resourceType: 'Patient', name: [{ family: 'a' }] }), [{ value: 'a', type: 'String' }])
})

t.test('more than an index should hold of one resource is an overrun', async (t) => {
  let overruns = 0
  const select = engineSelector('Patient.name.select(given | family)', () => overruns++)
  t.same(select({ ...large(), name: many(6000, (at) => ({ family: `f${at}`, given: [`g${at}`] })) }), [])
  t.equal(overruns, 1)
})

t.test('what was stored before expressions were checked is not carried out', async (t) => {
  let overruns = 0
  const select = engineSelector("Patient.id.matches('(a+)+b')", () => overruns++)
  t.same(select({ resourceType: 'Patient', id: 'a'.repeat(60) }), [])
  t.equal(overruns, 1)
})

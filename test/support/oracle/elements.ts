import fc from 'fast-check'

/** Values of a kind from which resources are made and which searches ask for, so that they meet. */
export const POOL = {
  dates: ['2019', '2019-12-31', '2020', '2020-02', '2020-02-28', '2020-02-29', '2020-03-01', '2021-01'],
  moments: [
    '2020-02-29T00:00:00Z',
    '2020-02-29T23:59:59Z',
    '2020-02-29T23:59:59.999Z',
    '2020-03-01T00:00:00+02:00',
    '2020-03-01T00:00:00Z',
    '2019-12-31T22:00:00-02:00',
    '2020-02-29T12:30:00.5Z',
  ],
  numbers: [-1, 0, 0.1, 0.5, 0.55, 5, 5.4, 5.45, 5.5, 100, 5400, 86_400_000, 1e17, 1e300],
  quantities: [
    { system: 'http://unitsofmeasure.org', code: 'g', unit: 'g' },
    { system: 'http://unitsofmeasure.org', code: 'mg', unit: 'milligram' },
    { system: 'http://unitsofmeasure.org', code: '%' },
    { system: 'http://x', code: 'g' },
    { unit: 'drops' },
    {},
  ],
  systems: ['http://x', 'http://y', undefined, undefined],
  codes: ['a', 'b', 'e,f', 'c|d', 'B'],
  words: ['Ann', 'anna', 'Änne', 'Bo', 'bob', 'Zoë Ann', '\ufb01n', '\u{1f600}', 'a%b_c', ''],
  uris: ['http://x/a', 'http://x/a/', 'http://x/a/b', 'http://x/ab', 'http://x', 'urn:a:b', 'http://x/a|1'],
  ids: ['1', '2', '3', 'A'],
  positions: [
    [52.52, 13.405],
    [52.5, 13.4],
    [52.39, 13.06],
    [48.137, 11.575],
    [0, 179.95],
    [0, -179.95],
    [90, 0],
    [89.9, 180],
    [-52.5, -166.6],
    [-90, 10],
  ],
}

/** One of these, the first of them most often: so that what is asked for is there, and there more than once. */
export function skewed<T>(values: readonly T[]): fc.Arbitrary<T> {
  const { length } = values
  return fc.nat(length ** 3 - 1).map((at) => values[length - 1 - Math.floor(Math.cbrt(length ** 3 - 1 - at))]!)
}

export const some = skewed
export const few = <T>(arbitrary: fc.Arbitrary<T>, maxLength = 2) => fc.array(arbitrary, { maxLength })

/** One of a choice of elements (`value[x]`), or none. */
export function choice(shapes: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const entries = Object.entries(shapes).map(([name, value]) => value.map((one) => ({ [name]: one })))
  return fc.oneof(fc.constant({}), ...entries)
}

export const date = some(POOL.dates)
export const dateTime = some([...POOL.dates, ...POOL.moments])
export const period = fc.record({ start: dateTime, end: dateTime }, { requiredKeys: [] })
export const coding = fc.record(
  { system: some(POOL.systems), code: some(POOL.codes), display: some(POOL.words) },
  {
    requiredKeys: ['code'],
  },
)
export const concept = fc.record({ coding: few(coding), text: some(POOL.words) }, { requiredKeys: [] })
export const concepts = few(concept)
export const quantity = fc
  .tuple(
    some(POOL.numbers),
    some(POOL.quantities),
    fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: some(['<', '>=']) }),
  )
  .map(([value, unit, comparator]) => ({ value, ...unit, ...(comparator ? { comparator } : {}) }))
export const range = fc.record({ low: quantity, high: quantity }, { requiredKeys: [] })
export const identifier = fc.record(
  { system: some(POOL.systems), value: some(POOL.codes), type: concept },
  { requiredKeys: ['value'] },
)
export const timing = fc.record(
  { event: few(dateTime), repeat: fc.record({ boundsPeriod: period }) },
  { requiredKeys: [] },
)

/** To one of these types on this server or another, or to nothing that can be told. */
export function referenceTo(...types: string[]): fc.Arbitrary<object> {
  const local = fc.tuple(some(types), some(POOL.ids)).map(([type, id]) => ({ reference: `${type}/${id}` }))
  const own = fc.tuple(some(types), some(POOL.ids)).map(([type, id]) => ({ reference: `http://x/fhir/${type}/${id}` }))
  const other = some([
    { reference: 'http://other/fhir/Patient/1' },
    { reference: '#a' },
    { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' },
    { display: 'somebody' },
  ])
  const named = fc.record({ identifier })
  return fc.oneof({ weight: 8, arbitrary: local }, own, other, { weight: 2, arbitrary: named })
}

export const name = fc.record(
  { family: some(POOL.words), given: few(some(POOL.words)), text: some(POOL.words) },
  { requiredKeys: [] },
)
export const meta = fc.record(
  { tag: few(coding), profile: few(some(POOL.uris)), security: few(coding), source: some(POOL.uris) },
  { requiredKeys: [] },
)
export const useContext = few(
  fc
    .tuple(coding, choice({ valueCodeableConcept: concept, valueQuantity: quantity, valueRange: range }))
    .map(([code, value]) => ({ code, ...value })),
)
export const canonicals = few(some(POOL.uris))

export const position = some(POOL.positions).map(([latitude, longitude]) => ({ latitude, longitude }))

/** What people are to read: words that markup and characters by their numbers stand between. */
const narrative = fc
  .tuple(some(POOL.words), some(POOL.words), some(['gamma', 'delta', 'Bo']))
  .map(([one, other, third]) => ({
    status: 'generated',
    div: `<div xmlns="http://www.w3.org/1999/xhtml"><p class="ann">${one}</p>${other}<br/>&#969;&amp;${third}</div>`,
  }))

/** Elements that may be there, by their names, and choices beside them. */
export function elements(
  shape: Record<string, fc.Arbitrary<unknown>>,
  ...choices: fc.Arbitrary<Record<string, unknown>>[]
) {
  const there = Object.entries({ text: narrative, ...shape }).map(
    ([name, one]) => [name, fc.option(one, { freq: 4, nil: undefined })] as const,
  )
  const plain = fc
    .record(Object.fromEntries(there))
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, one]) => one !== undefined)))
  return fc.tuple(plain, ...choices).map((parts): Record<string, unknown> => Object.assign({}, ...parts))
}

export const value = () =>
  choice({
    valueQuantity: quantity,
    valueCodeableConcept: concept,
    valueString: some(POOL.words),
    valueDateTime: dateTime,
    valuePeriod: period,
  })
export const component = fc.tuple(concept, value()).map(([code, one]) => ({ code, ...one }))

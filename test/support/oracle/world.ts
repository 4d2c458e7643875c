import fc from 'fast-check'
import type { Written } from '../criteria.ts'

/** A resource of a small world; its id is given by its place among those of its type. */
export type Resource = Written & { id: string }

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
  systems: ['http://x', 'http://y', undefined],
  codes: ['a', 'b', 'B', 'c|d', 'e,f'],
  words: ['Ann', 'anna', 'Änne', 'Bo', 'bob', 'Zoë Ann', '\ufb01n', '\u{1f600}', 'a%b_c', ''],
  uris: ['http://x/a', 'http://x/a/', 'http://x/a/b', 'http://x/ab', 'http://x', 'urn:a:b', 'http://x/a|1'],
  ids: ['1', '2', '3', 'A'],
}

/** One of these, the first of them most often: so that what is asked for is there, and there more than once. */
export function skewed<T>(values: readonly T[]): fc.Arbitrary<T> {
  const { length } = values
  return fc.nat(length ** 3 - 1).map((at) => values[length - 1 - Math.floor(Math.cbrt(length ** 3 - 1 - at))]!)
}

const some = skewed
const few = <T>(arbitrary: fc.Arbitrary<T>, maxLength = 2) => fc.array(arbitrary, { maxLength })

/** One of a choice of elements (`value[x]`), or none. */
function choice(shapes: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const entries = Object.entries(shapes).map(([name, value]) => value.map((one) => ({ [name]: one })))
  return fc.oneof(fc.constant({}), ...entries)
}

const date = some(POOL.dates)
const dateTime = some([...POOL.dates, ...POOL.moments])
const period = fc.record({ start: dateTime, end: dateTime }, { requiredKeys: [] })
const coding = fc.record(
  { system: some(POOL.systems), code: some(POOL.codes), display: some(POOL.words) },
  {
    requiredKeys: ['code'],
  },
)
const concept = fc.record({ coding: few(coding), text: some(POOL.words) }, { requiredKeys: [] })
const concepts = few(concept)
const quantity = fc
  .tuple(
    some(POOL.numbers),
    some(POOL.quantities),
    fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: some(['<', '>=']) }),
  )
  .map(([value, unit, comparator]) => ({ value, ...unit, ...(comparator ? { comparator } : {}) }))
const range = fc.record({ low: quantity, high: quantity }, { requiredKeys: [] })
const identifier = fc.record(
  { system: some(POOL.systems), value: some(POOL.codes), type: concept },
  { requiredKeys: ['value'] },
)
const timing = fc.record({ event: few(dateTime), repeat: fc.record({ boundsPeriod: period }) }, { requiredKeys: [] })

/** To one of these types on this server or another, or to nothing that can be told. */
function referenceTo(...types: string[]): fc.Arbitrary<object> {
  const local = fc.tuple(some(types), some(POOL.ids)).map(([type, id]) => ({ reference: `${type}/${id}` }))
  const own = fc.tuple(some(types), some(POOL.ids)).map(([type, id]) => ({ reference: `http://x/fhir/${type}/${id}` }))
  const other = some([
    { reference: 'http://other/fhir/Patient/1' },
    { reference: '#a' },
    { reference: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0' },
    { display: 'somebody' },
  ])
  const named = fc.record({ identifier })
  return fc.oneof({ weight: 8, arbitrary: local }, own, other, named)
}

const name = fc.record(
  { family: some(POOL.words), given: few(some(POOL.words)), text: some(POOL.words) },
  { requiredKeys: [] },
)
const meta = fc.record(
  { tag: few(coding), profile: few(some(POOL.uris)), security: few(coding), source: some(POOL.uris) },
  { requiredKeys: [] },
)
const useContext = few(
  fc
    .tuple(coding, choice({ valueCodeableConcept: concept, valueQuantity: quantity, valueRange: range }))
    .map(([code, value]) => ({ code, ...value })),
)
const canonicals = few(some(POOL.uris))

/** Elements that may be there, by their names, and choices beside them. */
function elements(shape: Record<string, fc.Arbitrary<unknown>>, ...choices: fc.Arbitrary<Record<string, unknown>>[]) {
  const there = Object.entries(shape).map(([name, one]) => [name, fc.option(one, { freq: 4, nil: undefined })] as const)
  const plain = fc
    .record(Object.fromEntries(there))
    .map((all) => Object.fromEntries(Object.entries(all).filter(([, one]) => one !== undefined)))
  return fc.tuple(plain, ...choices).map((parts): Record<string, unknown> => Object.assign({}, ...parts))
}

const value = () =>
  choice({
    valueQuantity: quantity,
    valueCodeableConcept: concept,
    valueString: some(POOL.words),
    valueDateTime: dateTime,
    valuePeriod: period,
  })
const component = fc.tuple(concept, value()).map(([code, one]) => ({ code, ...one }))

const TYPES: Record<string, fc.Arbitrary<Record<string, unknown>>> = {
  Patient: elements(
    {
      meta,
      identifier: few(identifier),
      active: fc.boolean(),
      name: few(name),
      telecom: few(fc.record({ system: some(['phone', 'email']), value: some(POOL.codes) })),
      gender: some(['male', 'female', 'other']),
      birthDate: date,
      address: few(fc.record({ city: some(POOL.words), line: few(some(POOL.words)) })),
      generalPractitioner: few(referenceTo('Practitioner', 'Organization'), 3),
      managingOrganization: referenceTo('Organization'),
      link: few(fc.record({ other: referenceTo('Patient') })),
    },
    choice({ deceasedBoolean: fc.boolean(), deceasedDateTime: dateTime }),
  ),
  Observation: elements(
    {
      meta,
      status: some(['final', 'amended', 'preliminary']),
      category: concepts,
      code: concept,
      subject: referenceTo('Patient', 'Group'),
      encounter: referenceTo('Encounter'),
      performer: few(referenceTo('Practitioner', 'Organization', 'Patient')),
      component: few(component, 3),
      hasMember: few(referenceTo('Observation')),
    },
    value(),
    choice({
      effectiveDateTime: dateTime,
      effectivePeriod: period,
      effectiveInstant: some(POOL.moments),
      effectiveTiming: timing,
    }),
  ),
  Condition: elements(
    {
      code: concept,
      clinicalStatus: concept,
      subject: referenceTo('Patient', 'Group'),
      encounter: referenceTo('Encounter'),
      recordedDate: dateTime,
    },
    choice({
      onsetDateTime: dateTime,
      onsetPeriod: period,
      onsetAge: quantity,
      onsetRange: range,
      onsetString: some(POOL.words),
    }),
  ),
  Encounter: elements({
    status: some(['planned', 'finished']),
    class: coding,
    subject: referenceTo('Patient'),
    partOf: referenceTo('Encounter'),
    period,
    length: quantity,
    serviceProvider: referenceTo('Organization'),
    diagnosis: few(fc.record({ condition: referenceTo('Condition') })),
  }),
  Organization: elements({
    active: fc.boolean(),
    name: some(POOL.words),
    alias: few(some(POOL.words)),
    identifier: few(identifier),
    type: concepts,
    partOf: referenceTo('Organization'),
  }),
  Practitioner: elements({ name: few(name), identifier: few(identifier), gender: some(['male', 'female']) }),
  RiskAssessment: elements({
    subject: referenceTo('Patient', 'Group'),
    method: concept,
    prediction: few(choice({ probabilityDecimal: some(POOL.numbers), probabilityRange: range }), 3),
  }),
  ValueSet: elements({
    url: some(POOL.uris),
    name: some(POOL.words),
    status: some(['draft', 'active']),
    date: dateTime,
    useContext,
    version: some(POOL.codes),
  }),
  Questionnaire: elements({
    url: some(POOL.uris),
    title: some(POOL.words),
    date: dateTime,
    effectivePeriod: period,
    useContext,
    derivedFrom: canonicals,
  }),
  QuestionnaireResponse: elements({
    questionnaire: some(POOL.uris),
    subject: referenceTo('Patient', 'Observation'),
    authored: dateTime,
    source: referenceTo('Patient', 'Practitioner'),
  }),
  Group: elements({
    actual: fc.boolean(),
    code: concept,
    characteristic: few(
      fc
        .tuple(
          concept,
          choice({
            valueCodeableConcept: concept,
            valueBoolean: fc.boolean(),
            valueQuantity: quantity,
            valueRange: range,
          }),
          fc.boolean(),
        )
        .map(([code, one, exclude]) => ({ code, ...one, exclude })),
    ),
    member: few(fc.record({ entity: referenceTo('Patient', 'Practitioner') })),
  }),
  List: elements({
    title: some(POOL.words),
    code: concept,
    date: dateTime,
    subject: referenceTo('Patient'),
    entry: few(fc.record({ item: referenceTo('Patient', 'Observation', 'Condition', 'List') }), 3),
  }),
}

export const TYPE_NAMES = Object.keys(TYPES)

/** What a resource contains, now and then: ids of the pool, so that some come twice and are those of other resources too. */
const contained = fc.option(
  fc.array(
    some(['Observation', 'Patient', 'Organization', 'Practitioner']).chain((resourceType) =>
      fc.tuple(some(POOL.ids), TYPES[resourceType]!).map(([id, rest]) => ({ resourceType, id, ...rest })),
    ),
    { minLength: 1, maxLength: 3 },
  ),
  { freq: 4, nil: undefined },
)

/** Most contain nothing. */
function withContained(type: string): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .tuple(
      TYPES[type]!,
      fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: contained }),
    )
    .map(([resource, inside]) => (inside ? { ...resource, contained: inside } : resource))
}

/** Ids that resources have; those of the pool are what references lead to. */
const IDS = [...POOL.ids, 'b', '10', 'Z', '-', 'x.1', 'a']

/** Types of which there may be more: to be sorted and turned page by page. */
const LARGE = new Set(['Patient', 'Observation', 'Condition', 'Encounter'])

/** A few resources of each type. */
export const world: fc.Arbitrary<Resource[]> = fc
  .record(
    Object.fromEntries(
      TYPE_NAMES.map((type) => [
        type,
        fc.array(withContained(type), { maxLength: LARGE.has(type) ? IDS.length : 4, size: 'max' }),
      ]),
    ),
  )
  .map((byType) =>
    Object.entries(byType).flatMap(([resourceType, list]) =>
      list.map((resource, at) => ({ resourceType, id: IDS[at]!, ...resource })),
    ),
  )

/** One resource of a type, with any of the ids. */
export function resourceOf(resourceType: string): fc.Arbitrary<Resource> {
  const id = some(IDS)
  return fc.tuple(id, withContained(resourceType)).map(([id, rest]) => ({ resourceType, id, ...rest }))
}

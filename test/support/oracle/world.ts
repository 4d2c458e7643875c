import fc from 'fast-check'
import type { Written } from '../criteria.ts'
import { codeSystem, codeSystemUrl, compose, expansion } from './codes.ts'
import {
  canonicals,
  choice,
  coding,
  component,
  concept,
  concepts,
  date,
  dateTime,
  elements,
  few,
  identifier,
  meta,
  name,
  POOL,
  period,
  position,
  quantity,
  range,
  referenceTo,
  some,
  timing,
  useContext,
  value,
} from './elements.ts'

/** A resource of a small world; its id is given by its place among those of its type. */
export type Resource = Written & { id: string }

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
    location: few(fc.record({ location: referenceTo('Location') })),
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
    compose,
    expansion,
  }),
  CodeSystem: codeSystem,
  Location: elements({
    name: some(POOL.words),
    identifier: few(identifier),
    position,
    partOf: referenceTo('Location'),
    managingOrganization: referenceTo('Organization'),
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
export const IDS = [...POOL.ids, 'b', '10', 'Z', '-', 'x.1', 'a']

/** Types of which there may be more: to be sorted and turned page by page. */
const LARGE = new Set(['Patient', 'Observation', 'Condition', 'Encounter', 'Location'])

/** What is asked for by terminology is refused where it is not there. */
const SIZES: Record<string, { minLength: number }> = { CodeSystem: { minLength: 2 }, ValueSet: { minLength: 1 } }

/** A few resources of each of these types. */
export function worldOf(types: readonly string[]): fc.Arbitrary<Resource[]> {
  const lists = types.map((type) => {
    const maxLength = LARGE.has(type) ? IDS.length : 4
    return [type, fc.array(withContained(type), { ...SIZES[type], maxLength, size: 'max' })] as const
  })
  return fc
    .record(Object.fromEntries(lists))
    .map((byType) =>
      Object.entries(byType).flatMap(([type, list]) => list.map((resource, at) => named(type, IDS[at]!, resource))),
    )
}

export const world = worldOf(TYPE_NAMES)

/** One resource of a type, with any of the ids. */
export function resourceOf(resourceType: string): fc.Arbitrary<Resource> {
  const id = some(IDS)
  return fc.tuple(id, withContained(resourceType)).map(([id, rest]) => named(resourceType, id, rest))
}

/** A code system is the one of its url: which of two is meant would be nobody's guess. */
function named(resourceType: string, id: string, rest: Record<string, unknown>): Resource {
  return { resourceType, id, ...rest, ...(resourceType === 'CodeSystem' ? { url: codeSystemUrl(id) } : {}) }
}

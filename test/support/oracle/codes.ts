import fc from 'fast-check'
import { elements, few, POOL, some } from './elements.ts'

/** Systems of the stored CodeSystems by their ids; only the first few resources of the type are there. */
const URLS: Record<string, string> = { 1: 'http://x', 2: 'http://y' }

export function codeSystemUrl(id: string): string {
  return URLS[id] ?? `http://z/${id}`
}

interface Concept {
  code: string
  property?: object[]
  concept?: Concept[]
}

/** Where a code stands: below an earlier one, if any, and how that is told. */
const place = fc.record({
  above: fc.option(fc.nat(POOL.codes.length - 1), { nil: undefined, freq: 4 }),
  by: fc.constantFrom('nesting', 'nesting', 'parent', 'child'),
  kind: fc.option(some(['k', 'l']), { nil: undefined }),
})

/** Some of the pool's codes, as a hierarchy by nesting and by properties. */
const concepts = fc.array(place, { minLength: 4, maxLength: POOL.codes.length, size: 'max' }).map((places) => {
  const all = places.map(({ kind }, at): Concept & { property: object[] } => ({
    code: POOL.codes[at]!,
    property: kind ? [{ code: 'kind', valueCode: kind }] : [],
    concept: [],
  }))
  const top: Concept[] = []
  for (const [at, one] of all.entries()) {
    const { above, by } = places[at]!
    const upper = above !== undefined && above < at ? all[above] : undefined
    if (upper && by === 'nesting') upper.concept!.push(one)
    else top.push(one)
    if (upper && by === 'parent') one.property.push({ code: 'parent', valueCode: upper.code })
    if (upper && by === 'child') upper.property.push({ code: 'child', valueCode: one.code })
  }
  return top
})

export const codeSystem = elements({ name: some(POOL.words) }).chain((rest) =>
  fc.record({
    ...Object.fromEntries(Object.entries(rest).map(([name, one]) => [name, fc.constant(one)])),
    content: fc.constantFrom(...Array(12).fill('complete'), 'fragment', 'not-present'),
    caseSensitive: fc.constant(true),
    concept: concepts,
  }),
)

const filter = fc.oneof(
  fc.record({
    property: fc.constant('concept'),
    op: fc.constantFrom('is-a', 'is-a', 'descendent-of', 'is-not-a', 'generalizes', '='),
    // All systems have these.
    value: fc.oneof({ weight: 12, arbitrary: some(['a', 'b']) }, { weight: 1, arbitrary: some(POOL.codes) }),
  }),
  fc.record({ property: fc.constantFrom('kind', 'parent'), op: fc.constant('='), value: some(['a', 'k', 'l']) }),
)
const system = some(['http://x', 'http://y'])
const listed = fc.array(fc.record({ code: some(POOL.codes) }), { minLength: 1, maxLength: 3 })
const valueSets = fc.array(
  some(['1', '2', '3']).map((id) => `ValueSet/${id}`),
  { minLength: 1, maxLength: 2 },
)

/** Codes, a whole system, or what filters leave of one; and value sets, which may lead round in a ring. */
const include = fc.oneof(
  { weight: 8, arbitrary: fc.record({ system: some(['http://x', 'http://y', 'http://none']), concept: listed }) },
  { weight: 6, arbitrary: fc.record({ system, filter: few(filter) }) },
  { weight: 1, arbitrary: fc.record({ valueSet: valueSets }) },
  { weight: 1, arbitrary: fc.record({ system, concept: listed, valueSet: valueSets }) },
)

export const compose = fc.record(
  { include: fc.array(include, { minLength: 1, maxLength: 2 }), exclude: few(include, 1) },
  { requiredKeys: ['include'] },
)

const contained = fc.record(
  { system, code: some(POOL.codes), abstract: fc.boolean() },
  { requiredKeys: ['system', 'code'] },
)

/** None, mostly; a page of one now and then. */
export const expansion = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  {
    weight: 1,
    arbitrary: fc.record(
      { total: fc.constantFrom(1, 2, 3), contains: fc.array(contained, { minLength: 1, maxLength: 3 }) },
      { requiredKeys: ['contains'] },
    ),
  },
)

import fc from 'fast-check'
import type { Concept, ConceptProperty } from '../../../resources/terminology/concept.ts'
import type { Condition } from '../../../resources/terminology/concept-source.ts'

/** Objects as they are written. */
const PLAIN = { noNullPrototype: true }

/** Codes of which some differ by case or punctuation alone; one is named and never there. */
export const CODES = ['A', 'A1', 'A.1', 'a1', 'B', 'B-2', 'b2', 'C', 'C.10', 'é', 'x y', '+', 'Z\u{1F600}', 'gone']

/** A day in each stretch that records may have, and on its edges. */
export const DAYS = ['2024-12-31', '2025-01-01', '2025-09-30', '2025-10-01', '2026-09-30', '2026-10-01', '2027-05-05']

const STRETCHES: [from: string | undefined, to: string | undefined][][] = [
  [[undefined, undefined]],
  [
    ['2025-01-01', '2025-09-30'],
    ['2025-10-01', undefined],
  ],
  [
    [undefined, '2025-09-30'],
    ['2026-10-01', undefined],
  ],
  [['2025-10-01', '2026-09-30']],
]

const LONG = 'a value that is much longer than what a key has room for, and '

const property: fc.Arbitrary<ConceptProperty> = fc.oneof(
  fc.record({ code: fc.constant('billable'), type: fc.constant('boolean' as const), value: fc.boolean() }, PLAIN),
  fc.record(
    {
      code: fc.constant('level'),
      type: fc.constant('integer' as const),
      value: fc.integer({ min: 0, max: 3 }),
    },
    PLAIN,
  ),
  fc.record(
    {
      code: fc.constant('note'),
      type: fc.constant('string' as const),
      value: fc.constantFrom('one', 'two', 'a\tb', 'a b', `${LONG}one`, `${LONG}two`, '', '…'),
    },
    PLAIN,
  ),
  fc.record(
    {
      code: fc.constant('site'),
      type: fc.constant('Coding' as const),
      value: fc.constantFrom('S1', 'S2'),
      system: fc.constant('urn:sites'),
      display: fc.constant('a site'),
    },
    PLAIN,
  ),
)

const displays = fc.constantFrom('', 'Type 2 diabetes', 'Diabetes', 'Fracture of femur', 'Ménière’s disease')

function record(code: string, above: readonly string[]): fc.Arbitrary<Omit<Concept, 'from' | 'to'>> {
  const base = fc.record({ code: fc.constant(code), display: displays }, PLAIN)
  const rest = fc.record(
    {
      definition: fc.constantFrom('what it is', 'what else'),
      properties: fc.array(property, { maxLength: 4 }),
      parents: fc.uniqueArray(fc.constantFrom('gone', ...above), { maxLength: 3 }),
      inactive: fc.constant(true as const),
      abstract: fc.constant(true as const),
    },
    { requiredKeys: [], ...PLAIN },
  )
  return fc.tuple(base, rest).map(([one, more]) => ({ ...one, ...more }))
}

/** Some concepts without a circle, in any order; `dated` ones may be others on other days. */
export const concepts = (caseSensitive: boolean): fc.Arbitrary<Concept[]> => {
  const codes = caseSensitive ? CODES : CODES.filter((code) => code !== 'a1' && code !== 'b2')
  const real = codes.filter((code) => code !== 'gone')
  const each = real.map((code, at) =>
    fc.option(
      fc
        .constantFrom(...STRETCHES)
        .chain((stretches) =>
          fc
            .tuple(...stretches.map(() => record(code, real.slice(0, at))))
            .map((records) => records.map((one, index) => dated(one, stretches[index]!))),
        ),
      { nil: [], freq: 4 },
    ),
  )
  return fc.tuple(...each).chain((records) => fc.shuffledSubarray(records.flat(), { minLength: records.flat().length }))
}

function dated(one: Omit<Concept, 'from' | 'to'>, [from, to]: [string | undefined, string | undefined]): Concept {
  return { ...one, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
}

const code = fc.constantFrom(...CODES, 'A1'.toLowerCase(), 'c.10')
const named = fc.constantFrom(
  ['billable', 'true'],
  ['level', '2'],
  ['note', 'one'],
  ['note', 'a\tb'],
  ['note', 'a b'],
  ['note', `${LONG}one`],
  ['note', ''],
  ['note', '…'],
  ['site', 'S1'],
  ['code', 'A1'],
  ['display', 'Diabetes'],
  ['definition', 'what it is'],
  ['parent', 'A'],
  ['parent', 'gone'],
  ['child', 'A.1'],
  ['inactive', 'true'],
  ['inactive', 'false'],
  ['notSelectable', 'true'],
  ['unheard-of', 'x'],
) as fc.Arbitrary<[string, string]>
const patterns = fc.constantFrom(
  'A.*',
  'A\\.1',
  'A1|B',
  'b-?2',
  '.*2.*',
  'Type.*',
  'true',
  `${LONG}.*`,
  'o|one',
  'A?1?',
  '[AB].*',
  '',
)

const plain: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ op: fc.constantFrom('is-a', 'descendent-of', 'is-not-a', 'generalizes', 'child-of'), code }, PLAIN),
  named.map(([property, value]): Condition => ({ op: '=', property, value })),
  fc
    .tuple(fc.constantFrom('in' as const, 'not-in' as const), fc.array(named, { minLength: 1, maxLength: 3 }))
    .map(([op, all]): Condition => ({ op, property: all[0]![0], values: all.map(([, value]) => value) })),
  fc.record(
    {
      op: fc.constant('regex' as const),
      property: fc.constantFrom('code', 'display', 'definition', 'parent', 'note', 'billable', 'inactive'),
      pattern: patterns,
    },
    PLAIN,
  ),
  fc.record(
    {
      op: fc.constant('exists' as const),
      property: fc.constantFrom(
        'code',
        'display',
        'definition',
        'parent',
        'child',
        'note',
        'site',
        'inactive',
        'unheard-of',
      ),
      exists: fc.boolean(),
    },
    PLAIN,
  ),
  fc.record({ op: fc.constant('codes' as const), codes: fc.array(code, { maxLength: 4 }) }, PLAIN),
)

/** A condition of any kind. */
export const condition: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 5, arbitrary: plain },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.array(plain, { maxLength: 2 }), { maxLength: 2 })
      .map((each): Condition => ({ op: 'none-of', each })),
  },
)

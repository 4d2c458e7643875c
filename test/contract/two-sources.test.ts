import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { SqliteConcepts } from '../../resources/store/sqlite/concepts.ts'
import type { Concept } from '../../resources/terminology/concept.ts'
import type { ConceptQuery, Condition, Edition } from '../../resources/terminology/concept-source.ts'
import { meetsAll } from '../../resources/terminology/conditions.ts'
import { SystemSource } from '../../resources/terminology/system-source.ts'

const DAYS = ['2025-01-01', '2026-01-01', '2026-06-30', '2026-07-01']
const EDITION: Edition = {
  system: 'http://example.org/two',
  version: '1',
  name: 'Two',
  content: 'complete',
  caseSensitive: true,
}
const CODES = 'a b c d e f g h'.split(' ')
const code = fc.constantFrom(...CODES, 'zz')

/** A code has the codes before it as parents, and may be another from July on. */
const concepts = fc
  .array(
    fc.record({
      parents: fc.uniqueArray(fc.nat(CODES.length - 1), { maxLength: 2 }),
      kind: fc.constantFrom('x', 'y', undefined),
      billable: fc.boolean(),
      inactive: fc.boolean(),
      abstract: fc.boolean(),
      changes: fc.boolean(),
    }),
    { minLength: CODES.length, maxLength: CODES.length },
  )
  .map((all) =>
    all.flatMap(({ parents, kind, billable, inactive, abstract, changes }, at): Concept[] => {
      const above = parents.filter((one) => one < at).map((one) => CODES[one]!)
      const concept = (flag: boolean, more: Partial<Concept>): Concept => ({
        code: CODES[at]!,
        display: `Concept ${CODES[at]}`,
        properties: [
          { code: 'billable', type: 'boolean', value: flag },
          ...(kind === undefined ? [] : [{ code: 'kind', type: 'code' as const, value: kind }]),
        ],
        ...(above.length > 0 ? { parents: above } : {}),
        ...(inactive ? { inactive: true as const } : {}),
        ...(abstract ? { abstract: true as const } : {}),
        ...more,
      })
      if (!changes) return [concept(billable, {})]
      return [concept(billable, { to: '2026-06-30' }), concept(!billable, { from: '2026-07-01' })]
    }),
  )
const simple: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    op: fc.constantFrom(
      'is-a' as const,
      'descendent-of' as const,
      'is-not-a' as const,
      'generalizes' as const,
      'child-of' as const,
    ),
    code,
  }),
  fc.record({
    op: fc.constant('=' as const),
    property: fc.constantFrom('kind', 'nothing'),
    value: fc.constantFrom('x', 'y', ''),
  }),
  fc.record({
    op: fc.constant('=' as const),
    property: fc.constantFrom('billable', 'inactive', 'notSelectable'),
    value: fc.constantFrom('true', 'false'),
  }),
  fc.record({ op: fc.constant('=' as const), property: fc.constantFrom('parent', 'code'), value: code }),
  fc.record({
    op: fc.constantFrom('in' as const, 'not-in' as const),
    property: fc.constantFrom('kind', 'code', 'display'),
    values: fc.constantFrom(['x', 'a'], ['y'], ['Concept b', 'c']),
  }),
  fc.record({
    op: fc.constant('regex' as const),
    property: fc.constantFrom('code', 'display', 'kind'),
    pattern: fc.constantFrom('[a-d]', '.*[bx]', 'x|y', 'Conc'),
  }),
  fc.record({
    op: fc.constant('exists' as const),
    property: fc.constantFrom('kind', 'parent', 'nothing'),
    exists: fc.boolean(),
  }),
  fc.record({ op: fc.constant('codes' as const), codes: fc.uniqueArray(code) }),
)
const condition: fc.Arbitrary<Condition> = fc.oneof(
  { arbitrary: simple, weight: 5 },
  {
    arbitrary: fc.record({
      op: fc.constant('none-of' as const),
      each: fc.array(fc.array(simple, { minLength: 1, maxLength: 2 }), { maxLength: 2 }),
    }),
    weight: 1,
  },
)

t.test('a code system answers alike from memory and from the store, code by code and as a whole', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'two-sources-'))
  const store = await SqliteConcepts.open(folder)
  t.teardown(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })
  let found = 0
  const queries = fc.array(
    fc.record({
      conditions: fc.array(condition, { maxLength: 2 }),
      day: fc.constantFrom(...DAYS),
      activeOnly: fc.boolean(),
      selectableOnly: fc.boolean(),
      offset: fc.nat(2),
      count: fc.nat(9),
    }),
    { minLength: 12, maxLength: 12 },
  )
  await fc.assert(
    fc.asyncProperty(concepts, queries, async (records, all) => {
      const draft = await store.draft(EDITION)
      await draft.add(records)
      await draft.publish()
      const kept = (await store.open(EDITION.system))!
      const memory = new SystemSource(EDITION, records, 'memory')
      for (const query of all as ConceptQuery[]) {
        const [one, other] = [await memory.search(query), await kept.search(query)]
        found += one.total
        t.same(other, one, JSON.stringify(query))
        const whole = await memory.search({ ...query, activeOnly: false, selectableOnly: false, offset: 0, count: 99 })
        for (const concept of records) {
          const here = await kept.find(concept.code, query.day)
          const member =
            here !== undefined && (await meetsAll({ source: kept, day: query.day }, here, query.conditions))
          const listed = whole.concepts.some((one) => one.code === concept.code)
          if (member !== listed) t.fail(`${concept.code} in ${JSON.stringify(query)}`)
        }
      }
    }),
    { numRuns: 40 },
  )
  t.ok(found > 500, `${found} concepts`)
})

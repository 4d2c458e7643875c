import fc from 'fast-check'
import t from 'tap'
import { FhirError } from '../../../resources/fhir-error.ts'
import { Terminology } from '../../../resources/terminology/terminology.ts'
import { CanonicalsOf } from '../../support/canonicals.ts'

const CODES = 'abcdefghijkl'.split('')
const SYSTEMS = ['http://example.org/one', 'http://example.org/two']
const SETS = [0, 1, 2, 3].map((at) => `http://example.org/vs/${at}`)
const DAY = '2026-11-29'

const code = fc.constantFrom(...CODES)
const filter = fc.oneof(
  fc.record({
    property: fc.constant('concept'),
    op: fc.constantFrom('is-a', 'descendent-of', 'is-not-a', 'generalizes', 'child-of'),
    value: code,
  }),
  fc.record({
    property: fc.constant('kind'),
    op: fc.constantFrom('=', 'in', 'not-in'),
    value: fc.constantFrom('x', 'x,y'),
  }),
  fc.record({ property: fc.constant('kind'), op: fc.constant('exists'), value: fc.constantFrom('true', 'false') }),
  fc.record({
    property: fc.constant('code'),
    op: fc.constant('regex'),
    value: fc.constantFrom('[a-f]', '(a|g)+', '.*'),
  }),
  fc.record({ property: fc.constantFrom('parent', 'child'), op: fc.constant('='), value: code }),
)
/** An include of the set `at`: it may have the sets behind it in the list. */
const include = (at: number) => {
  const others = SETS.slice(at + 1)
  const valueSet = fc.subarray(others.length > 0 ? others : SETS.slice(0, 0), { minLength: 0 })
  return fc.record({
    system: fc.option(fc.constantFrom(...SYSTEMS), { nil: undefined, freq: 9 }),
    concept: fc.option(fc.uniqueArray(code, { minLength: 1, maxLength: 5 }), { nil: undefined }),
    filter: fc.option(fc.array(filter, { minLength: 1, maxLength: 2 }), { nil: undefined, freq: 1 }),
    valueSet: fc.option(valueSet, { nil: undefined, freq: 1 }),
  })
}
interface Part {
  system: string | undefined
  concept: string[] | undefined
  filter: object[] | undefined
  valueSet: string[] | undefined
}
const plain = ({ system, concept, filter, valueSet }: Part) => ({
  ...(system === undefined ? {} : { system }),
  ...(system !== undefined && concept && !filter ? { concept: concept.map((code) => ({ code })) } : {}),
  ...(system !== undefined && filter ? { filter } : {}),
  ...(valueSet?.length ? { valueSet } : {}),
})
const valueSet = (at: number) =>
  fc
    .record({
      include: fc.array(include(at), { minLength: 1, maxLength: 3 }),
      exclude: fc.array(include(at), { maxLength: 1 }),
      inactive: fc.boolean(),
    })
    .map(({ include, exclude, inactive }) => ({
      resourceType: 'ValueSet',
      url: SETS[at]!,
      compose: { include: include.map(plain), exclude: exclude.map(plain), inactive },
    }))
/** Each code may have any other before it as a parent, one of two kinds or none, and be inactive. */
const system = (url: string) =>
  fc
    .array(
      fc.record({
        parents: fc.uniqueArray(fc.nat(CODES.length - 1), { maxLength: 2 }),
        kind: fc.constantFrom('x', 'y', undefined),
        inactive: fc.boolean(),
      }),
      { minLength: CODES.length, maxLength: CODES.length },
    )
    .map((all) => ({
      resourceType: 'CodeSystem',
      url,
      content: 'complete',
      concept: all.map(({ parents, kind, inactive }, at) => ({
        code: CODES[at]!,
        property: [
          ...parents.filter((one) => one < at).map((one) => ({ code: 'parent', valueCode: CODES[one] })),
          ...(kind === undefined ? [] : [{ code: 'kind', valueCode: kind }]),
          { code: 'inactive', valueBoolean: inactive },
        ],
      })),
    }))

t.test('a code is in the expansion of a value set just if it is a member of it', async (t) => {
  let members = 0
  const world = fc.record({
    systems: fc.tuple(...SYSTEMS.map(system)),
    sets: fc.tuple(...SETS.map((_, at) => valueSet(at))),
    activeOnly: fc.boolean(),
    page: fc.integer({ min: 1, max: 7 }),
  })
  await fc.assert(
    fc.asyncProperty(world, async ({ systems, sets, activeOnly, page }) => {
      const terminology = new Terminology({ canonicals: new CanonicalsOf([...systems, ...sets]) })
      const valueSet = { url: SETS[0]! }
      const read = async (more: { offset?: number; count?: number }) => {
        const { expansion } = await terminology.expand({ valueSet, activeOnly, excludeNested: true, day: DAY, ...more })
        return expansion as { total: number; contains?: { system: string; code: string }[] }
      }
      const whole = await read({})
      const paged: string[] = []
      for (let offset = 0; offset < whole.total; offset += page) {
        const { total, contains = [] } = await read({ offset, count: page })
        if (total !== whole.total) throw new Error(`total ${total} of a page, ${whole.total} of the whole`)
        paged.push(...contains.map(({ system, code }) => `${system}|${code}`))
      }
      const listed = (whole.contains ?? []).map(({ system, code }) => `${system}|${code}`)
      if (paged.join() !== listed.join()) throw new Error('pages differ from the whole')
      if (new Set(listed).size !== listed.length || listed.length !== whole.total) throw new Error('a code twice')
      for (const { url, concept } of systems) {
        for (const { code, property } of concept) {
          const coding = { system: url, code }
          const { result } = await terminology.verdict({ valueSet: SETS[0]!, codings: [coding] }, DAY)
          const inactive = property.some((one) => 'valueBoolean' in one && one.valueBoolean)
          const expected = result === 'in' && !(activeOnly && inactive)
          if (expected) members++
          if (listed.includes(`${url}|${code}`) !== expected) throw new Error(`${url}|${code} is ${result}`)
        }
      }
    }),
    { numRuns: 150 },
  )
  t.ok(members > 300, `${members} members`)
})

t.test('finds value sets that include themselves, by whatever detour', async (t) => {
  const ring = SETS.map((url, at) => ({
    resourceType: 'ValueSet',
    url,
    compose: { include: [{ valueSet: [SETS[(at + 1) % SETS.length]!] }] },
  }))
  const terminology = new Terminology({ canonicals: new CanonicalsOf(ring) })
  await t.rejects(terminology.expand({ valueSet: { url: SETS[0]! } }), { name: 'FhirError', kind: 'unprocessable' })
  await t.rejects(terminology.validateCode({ valueSet: { url: SETS[1]! }, codings: [{ system: 's', code: 'c' }] }), {
    name: 'FhirError',
    issues: [{ diagnostics: /includes itself/ }],
  })
  t.match(await terminology.verdict({ valueSet: SETS[0]!, codings: [{ system: 's', code: 'c' }] }, DAY), {
    result: 'unknown',
  })
})

t.test('bounds value sets that are made of very many others', async (t) => {
  const url = (at: number) => `http://example.org/deep/${at}`
  const deep = Array.from({ length: 40 }, (_, at) => ({
    resourceType: 'ValueSet',
    url: url(at),
    compose: { include: [{ valueSet: [url(at + 1), url(at + 1)] }] },
  }))
  const terminology = new Terminology({ canonicals: new CanonicalsOf(deep) })
  await t.rejects(terminology.expand({ valueSet: { url: url(0) } }), {
    name: 'FhirError',
    issues: [{ code: 'too-costly' }],
  })
  const error = await terminology.expand({ valueSet: { url: url(30) } }).catch((error: unknown) => error)
  t.ok(error instanceof FhirError && /not held here/.test(error.issues[0]!.diagnostics), 'what is shared is read once')
})

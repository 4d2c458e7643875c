import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { FhirError } from '../../../resources/fhir-error.ts'
import { SystemSource } from '../../../resources/terminology/system-source.ts'
import { ReadSystems, Systems } from '../../../resources/terminology/systems.ts'
import { Terminology } from '../../../resources/terminology/terminology.ts'
import { CanonicalsOf } from '../../support/canonicals.ts'

const DAY = '2026-11-29'
const URL = 'http://example.org/fruit'
const system = {
  resourceType: 'CodeSystem',
  url: URL,
  version: '2',
  name: 'Fruit',
  content: 'complete',
  caseSensitive: false,
  property: [
    { code: 'above', type: 'code', uri: 'http://hl7.org/fhir/concept-properties#parent' },
    { code: 'group', type: 'boolean', uri: 'http://hl7.org/fhir/concept-properties#notSelectable' },
    { code: 'colour', type: 'code', description: 'What it looks like' },
  ],
  concept: [
    {
      code: 'FRUIT',
      display: 'Fruit',
      property: [{ code: 'group', valueBoolean: true }],
      concept: [
        {
          code: 'apple',
          display: 'Apple',
          definition: 'Grows on trees',
          designation: [
            { language: 'de', value: 'Apfel' },
            { use: { system: 'http://example.org/use', code: 'latin' }, value: 'Malus domestica' },
          ],
          property: [
            { code: 'colour', valueCode: 'red' },
            { code: 'colour', valueCoding: { system: 'http://example.org/colour', code: 'green', display: 'Green' } },
          ],
          concept: [{ code: 'boskoop', display: 'Boskoop apple' }],
        },
        { code: 'pear', display: 'Pear', property: [{ code: 'status', valueCode: 'retired' }] },
      ],
    },
    { code: 'tomato', display: 'Tomato', property: [{ code: 'above', valueCode: 'FRUIT' }] },
    { code: 'plum', display: 'Plum', property: [{ code: 'retirementDate', valueDateTime: '2026-10-01' }] },
  ],
}
const source = SystemSource.of(system, 'fruit')
const search = async (more: object) => {
  const { concepts, total } = await source.search({
    conditions: [],
    day: DAY,
    activeOnly: false,
    offset: 0,
    count: 20,
    ...more,
  })
  t.equal(total >= concepts.length, true)
  return concepts.map(({ code }) => code)
}

t.test('has nested concepts, and those that name what is above them', async (t) => {
  t.match(await source.find('APPLE', DAY), { code: 'apple', parents: ['FRUIT'], definition: 'Grows on trees' })
  t.same(
    (await source.children('fruit', DAY)).map(({ code }) => code),
    ['apple', 'pear', 'tomato'],
  )
  t.equal(await source.isBelow('boskoop', 'FRUIT', DAY), true)
  t.equal(await source.isBelow('FRUIT', 'boskoop', DAY), false)
  t.equal(await source.isBelow('apple', 'apple', DAY), false)
  t.match(await source.find('FRUIT', DAY), { abstract: true })
  t.match(await source.find('pear', DAY), { inactive: true })
  t.equal(await source.find('constructor', DAY), undefined)
})

t.test('a concept is inactive from the day it was retired on', async (t) => {
  t.match(await source.find('plum', '2026-09-30'), { to: '2026-09-30', inactive: undefined })
  t.match(await source.find('plum', '2026-10-01'), { from: '2026-10-01', inactive: true })
  t.equal((await source.records('plum')).length, 2)
})

t.test('finds by conditions', async (t) => {
  t.same(await search({ conditions: [{ op: 'is-a', code: 'apple' }] }), ['apple', 'boskoop'])
  t.same(await search({ conditions: [{ op: 'descendent-of', code: 'FRUIT' }] }), ['apple', 'boskoop', 'pear', 'tomato'])
  t.same(await search({ conditions: [{ op: 'child-of', code: 'FRUIT' }], activeOnly: true }), ['apple', 'tomato'])
  t.same(await search({ conditions: [{ op: 'is-not-a', code: 'FRUIT' }] }), ['plum'])
  t.same(await search({ conditions: [{ op: 'generalizes', code: 'boskoop' }] }), ['FRUIT', 'apple', 'boskoop'])
  t.same(await search({ conditions: [{ op: '=', property: 'colour', value: 'green' }] }), ['apple'])
  t.same(await search({ conditions: [{ op: 'exists', property: 'colour', exists: false }], selectableOnly: true }), [
    'boskoop',
    'pear',
    'tomato',
    'plum',
  ])
  t.same(await search({ conditions: [{ op: 'regex', property: 'display', pattern: '.*e.*r' }] }), ['pear'])
  t.same(await search({ conditions: [], offset: 4, count: 1 }), ['tomato'])
  t.same(await search({ conditions: [], count: 0 }), [])
})

t.test('ranks what is looked for', async (t) => {
  t.same(await search({ text: 'apple' }), ['apple', 'boskoop'], 'the code itself, then words')
  t.same(await search({ text: 'malus' }), ['apple'], 'other names')
  t.same(await search({ text: 'APF' }), ['apple'])
  t.same(await search({ text: 'appel' }), ['apple', 'boskoop'], 'a typo is forgiven')
  t.same(await search({ text: 'plump' }), ['plum'])
  t.same(await search({ text: 'zzzz' }), [])
  t.same(await search({ text: '%_' }), [])
  t.equal((await search({ text: '   ' })).length, 6)
  t.same(await search({ text: `${'a'.repeat(5000)} ${'b '.repeat(5000)}` }), [])
})

t.test('puts plain names first', async (t) => {
  const of = async (...displays: string[]) => {
    const concept = displays.map((display, at) => ({ code: `c${at}`, display }))
    const { concepts } = await SystemSource.of({ ...system, concept }, displays.join()).search({
      day: DAY,
      activeOnly: false,
      conditions: [],
      offset: 0,
      count: 9,
      text: 'pressure',
    })
    return concepts.map(({ display }) => display)
  }
  const [raised, low] = ['Raised (primary) (benign) blood pressure', 'Very low blood pressure']
  t.same(await of(low, raised), [raised, low])
  const [plain, kind] = ['Loss of pressure, unspecified organism', 'Loss of pressure by mould']
  t.same(await of(kind, plain), [plain, kind])
  const [first, later] = [
    'Pressure fracture of femur, initial encounter for closed fracture',
    'Pressure fracture of femur, sequela',
  ]
  t.same(await of(later, first), [first, later])
})

t.test('stops regular expressions that take for ever', async (t) => {
  const long = { ...system, concept: [{ code: 'a', display: `${'a'.repeat(200)}!` }] }
  const slow = SystemSource.of(long, 'slow')
  const query = { day: DAY, activeOnly: false, offset: 0, count: 1 }
  for (const pattern of ['(a+)+', '(a|a)*', '(.*)*b']) {
    await t.rejects(slow.search({ ...query, conditions: [{ op: 'regex', property: 'display', pattern }] }), {
      name: 'FhirError',
      issues: [{ code: 'too-costly' }],
    })
  }
  for (const pattern of ['(', '[z-a]', 'a{5,1}']) {
    const error = await slow
      .search({ ...query, conditions: [{ op: 'regex', property: 'code', pattern }] })
      .catch((e) => e)
    t.ok(error instanceof FhirError && error.kind === 'invalid', pattern)
  }
})

t.test('supplements add names and properties, and no codes', async (t) => {
  const supplement = {
    resourceType: 'CodeSystem',
    url: 'http://example.org/fruit-fr',
    content: 'supplement',
    supplements: `${URL}|2`,
    concept: [
      { code: 'apple', display: 'Pomme', property: [{ code: 'weight', valueInteger: 150 }] },
      { code: 'kiwi', designation: [{ value: 'Kiwi' }] },
    ],
  }
  const old = {
    ...supplement,
    url: 'http://example.org/fruit-old',
    supplements: `${URL}|1`,
    concept: [{ code: 'apple', display: 'Old' }],
  }
  const terminology = new Terminology({ canonicals: new CanonicalsOf([system, supplement, old]) })
  const answer = await terminology.lookup({ system: URL, code: 'apple' })
  t.equal(answer.display, 'Apple')
  t.ok(answer.designations.some(({ value }) => value === 'Pomme'))
  t.notOk(answer.designations.some(({ value }) => value === 'Old'))
  t.ok(answer.properties.some(({ code, value }) => code === 'weight' && value === 150))
  const named = { system: { url: URL }, codings: [{ code: 'apple', display: 'pomme' }] }
  t.match(await terminology.validateCode(named), { result: true })
  t.match(await terminology.validateCode({ ...named, codings: [{ code: 'kiwi' }] }), { result: false })
})

t.test('a code that a part of a code system lacks is not known to be wrong', async (t) => {
  for (const content of ['fragment', 'example', 'not-present']) {
    const terminology = new Terminology({ canonicals: new CanonicalsOf([{ ...system, content }]) })
    const codings = [{ system: URL, code: 'kiwi' }]
    t.match(
      await terminology.validateCode({ system: { url: URL }, codings }),
      { result: false, unknown: true },
      content,
    )
    t.match(await terminology.verdict({ codings }, DAY), { result: 'unknown', faults: [] })
  }
  const terminology = new Terminology({ canonicals: new CanonicalsOf([{ ...system, content: 'fragment' }]) })
  t.match(await terminology.verdict({ codings: [{ system: URL, code: 'pear' }] }, DAY), {
    result: 'in',
    faults: [{ coding: 0, kind: 'inactive' }],
  })
})

t.test('a filter on a property that a code system does not tell makes no code wrong', async (t) => {
  const of = (property: string) => ({
    resourceType: 'ValueSet',
    url: `http://example.org/vs/${property}`,
    compose: { include: [{ system: URL, filter: [{ property, op: '=', value: 'red' }] }] },
  })
  const terminology = new Terminology({ canonicals: new CanonicalsOf([system, of('colour'), of('smell')]) })
  const verdict = async (set: string, code: string) =>
    (await terminology.verdict({ valueSet: `http://example.org/vs/${set}`, codings: [{ system: URL, code }] }, DAY))
      .result
  t.equal(await verdict('colour', 'apple'), 'in')
  t.equal(await verdict('colour', 'pear'), 'out')
  t.equal(await verdict('smell', 'apple'), 'unknown')
  await t.rejects(terminology.expand({ valueSet: { url: 'http://example.org/vs/smell' } }), {
    name: 'FhirError',
    issues: [{ code: 'not-found', diagnostics: /The property smell .* is not held here/ }],
  })
})

t.test('bears what is malformed', async (t) => {
  const loops = {
    ...system,
    concept: [
      { code: 'a', property: [{ code: 'parent', valueCode: 'b' }] },
      { code: 'b', property: [{ code: 'parent', valueCode: 'a' }, {}] },
      { display: 'without a code' },
      { code: 'a', display: 'again' },
    ],
  }
  const source = SystemSource.of(loops, 'loops')
  t.equal(await source.isBelow('a', 'b', DAY), true)
  t.equal(await source.isBelow('a', 'c', DAY), false)
  const query = { day: DAY, activeOnly: false, offset: 0, count: 9, conditions: [{ op: 'is-a' as const, code: 'a' }] }
  t.same(
    (await source.search(query)).concepts.map(({ code }) => code),
    ['a', 'b'],
  )
  const terminology = new Terminology({ canonicals: new CanonicalsOf([loops]) })
  const expanded = await terminology.expand({ valueSet: { url: `${URL}?fhir_vs` } })
  t.equal((expanded.expansion as { total: number }).total, 2)
  t.equal((await SystemSource.of({ resourceType: 'CodeSystem' }, 'empty').search(query)).total, 0)
})

t.test('refuses what is too large to be read from its resource, and keeps what is large', async (t) => {
  const url = 'http://example.org/huge'
  const concept = Array.from({ length: 200_001 }, (_, at) => ({ code: `c${at}` }))
  const huge = { resourceType: 'CodeSystem', url, content: 'complete', concept }
  t.throws(() => SystemSource.of(huge, 'huge'), { name: 'FhirError', issues: [{ code: 'too-costly' }] })
  const canonicals = new CanonicalsOf([{ ...huge, concept: concept.slice(1) }])
  const read = new ReadSystems()
  const systems = () => new Systems({ canonicals, concepts: undefined, external: undefined }, DAY, read)
  const [one, other] = [await systems().open(url, undefined, DAY), await systems().open(url, undefined, DAY)]
  t.ok(one)
  t.equal(one?.source, other?.source)
})

t.test('lets others through while a large resource is searched', async (t) => {
  const concept = Array.from({ length: 20_000 }, (_, at) => ({ code: `c${at}`, display: `Thing ${at}` }))
  const source = SystemSource.of({ resourceType: 'CodeSystem', url: 'http://example.org/x', concept }, 'large')
  const query = { text: 'thinge 5', conditions: [], day: DAY, activeOnly: false, offset: 0, count: 5 }
  const found = source.search(query)
  t.notOk(await Promise.race([found.then(() => true), setImmediate(false)]))
  t.ok((await found).total > 0)
})

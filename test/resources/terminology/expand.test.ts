import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import type { ExpandQuestion } from '../../../resources/terminology/answers.ts'
import type { Contained } from '../../../resources/terminology/compose/value-set.ts'
import { Terminology } from '../../../resources/terminology/terminology.ts'
import { CanonicalsOf } from '../../support/canonicals.ts'

const FRUIT = 'http://example.org/fruit'
const TOOLS = 'http://example.org/tools'
const fruit = (version: string, ...more: string[]) => ({
  resourceType: 'CodeSystem',
  url: FRUIT,
  version,
  name: 'Fruit',
  content: 'complete',
  caseSensitive: true,
  concept: [
    {
      code: 'apple',
      display: 'Apple',
      designation: [
        { language: 'de', value: 'Apfel' },
        { language: 'fr', use: { system: 'http://example.org/use', code: 'shop' }, value: 'Pomme' },
      ],
    },
    { code: 'pear', display: 'Pear', property: [{ code: 'inactive', valueBoolean: true }] },
    {
      code: 'stone',
      display: 'Stone fruit',
      property: [{ code: 'notSelectable', valueBoolean: true }],
      concept: [{ code: 'plum', display: 'Plum' }],
    },
    ...more.map((code) => ({ code, display: code })),
  ],
})
const tools = {
  resourceType: 'CodeSystem',
  url: TOOLS,
  version: '7',
  content: 'complete',
  valueSet: 'http://example.org/vs/all-tools',
  concept: [
    { code: 'saw', display: 'Saw' },
    { code: 'peeler', display: 'Apple peeler' },
  ],
}
const set = (id: string, include: object[], more: object = {}) => ({
  resourceType: 'ValueSet',
  id,
  url: `http://example.org/vs/${id}`,
  version: '3',
  name: id,
  status: 'active',
  text: { status: 'generated', div: '<div/>' },
  compose: { include, ...more },
})
const canonicals = new CanonicalsOf([
  fruit('1', 'quince'),
  fruit('2'),
  tools,
  set('both', [{ system: FRUIT }, { system: TOOLS }]),
  set('listed', [{ system: FRUIT, concept: [{ code: 'plum', display: 'My plum' }, { code: 'apple' }] }]),
  set('old', [{ system: FRUIT, version: '1' }]),
  set('unheld', [{ system: TOOLS }, { system: 'http://example.org/nowhere' }]),
  set('named', [{ system: 'http://example.org/nowhere', concept: [{ code: 'x', display: 'Ex' }] }]),
  set('nested', [{ valueSet: ['http://example.org/vs/both'] }, { system: FRUIT }], {
    exclude: [{ system: FRUIT, concept: [{ code: 'plum' }] }],
  }),
  {
    ...set('told', []),
    compose: undefined,
    expansion: {
      timestamp: '2020',
      contains: [{ abstract: true, display: 'Group', contains: [{ system: TOOLS, code: 'axe', display: 'Axe' }] }],
    },
  },
])
const terminology = new Terminology({ canonicals })

interface Expansion {
  identifier: string
  timestamp: string
  total: number
  offset?: number
  parameter: { name: string }[]
  contains: Contained[]
}
async function expand(id: string, more: Partial<ExpandQuestion> = {}) {
  const resource = await terminology.expand({ valueSet: { url: `http://example.org/vs/${id}` }, ...more })
  return { resource, ...(resource.expansion as Expansion) }
}
const codes = (contains: readonly Contained[] = []): string[] =>
  contains.flatMap((one) => [...(one.code ? [one.code] : []), ...codes(one.contains)])

t.test('says what was expanded, of what, and how', async (t) => {
  const { resource, ...expansion } = await expand('both', { filter: 'a', count: 1, offset: 1, day: '2026-11-29' })
  t.match(resource, { resourceType: 'ValueSet', url: 'http://example.org/vs/both', version: '3', status: 'active' })
  t.notOk('compose' in resource || 'text' in resource)
  t.match(expansion, { identifier: /^urn:uuid:/, timestamp: /^\d{4}-.*Z$/, total: 2, offset: 1 })
  t.same(expansion.parameter, [
    { name: 'filter', valueString: 'a' },
    { name: 'offset', valueInteger: 1 },
    { name: 'count', valueInteger: 1 },
    { name: 'date', valueDateTime: '2026-11-29' },
    { name: 'version', valueUri: `${FRUIT}|2` },
    { name: 'used-codesystem', valueUri: `${FRUIT}|2` },
    { name: 'version', valueUri: `${TOOLS}|7` },
    { name: 'used-codesystem', valueUri: `${TOOLS}|7` },
  ])
  t.ok('compose' in (await expand('both', { includeDefinition: true })).resource)
})

t.test('gives pages that make up the whole', async (t) => {
  t.same(codes((await expand('both')).contains), ['apple', 'pear', 'stone', 'plum', 'saw', 'peeler'])
  t.same(codes((await expand('both', { offset: 3, count: 2 })).contains), ['plum', 'saw'])
  t.match(await expand('both', { count: 0 }), { total: 6, contains: undefined })
  t.match(await expand('both', { offset: 100, count: 5 }), { total: 6, contains: undefined })
})

t.test('ranks over several code systems', async (t) => {
  const { contains, total } = await expand('both', { filter: 'apple' })
  t.equal(total, 2)
  t.same(
    contains.map(({ display }) => display),
    ['Apple', 'Apple peeler'],
  )
  t.same(codes((await expand('both', { filter: 'apple', offset: 1, count: 1 })).contains), ['peeler'])
})

t.test('leaves out what is not wanted', async (t) => {
  t.same(codes((await expand('both', { activeOnly: true })).contains), ['apple', 'stone', 'plum', 'saw', 'peeler'])
  t.same(codes((await expand('both', { excludeNotForUI: true })).contains), ['apple', 'pear', 'plum', 'saw', 'peeler'])
  t.same(codes((await expand('both', { excludeSystems: [FRUIT] })).contains), ['saw', 'peeler'])
  t.ok((await expand('both')).contains[2]!.contains, 'a tree')
  t.notOk((await expand('both', { excludeNested: true })).contains.some(({ contains }) => contains))
  t.same((await expand('both')).contains[1], { system: FRUIT, inactive: true, code: 'pear', display: 'Pear' })
})

t.test('has names as they are asked for', async (t) => {
  t.same((await expand('listed')).contains, [
    { system: FRUIT, code: 'plum', display: 'My plum' },
    { system: FRUIT, code: 'apple', display: 'Apple' },
  ])
  t.same(
    codes((await expand('listed', { filter: 'my pl' })).contains),
    ['plum'],
    'found by the name that the set gives it',
  )
  t.match((await expand('listed', { displayLanguage: 'de-CH,fr;q=0.5' })).contains[1], { display: 'Apfel' })
  const all = (await expand('listed', { includeDesignations: true })).contains[1]!.designation
  t.equal(all?.length, 2)
  for (const wanted of ['fr', 'urn:ietf:bcp:47|fr', 'http://example.org/use|shop']) {
    const some = await expand('listed', { includeDesignations: true, designations: [wanted] })
    t.match(some.contains[1]!.designation, [{ value: 'Pomme' }])
    t.equal(some.contains[1]!.designation?.length, 1)
  }
})

t.test('takes the versions of code systems that are asked for', async (t) => {
  const has = async (id: string, more: Partial<ExpandQuestion>) =>
    codes((await expand(id, more)).contains).includes('quince')
  t.equal(await has('both', {}), false)
  t.equal(await has('both', { systemVersions: [`${FRUIT}|1`] }), true)
  t.equal(await has('old', { systemVersions: [`${FRUIT}|2`] }), true, 'the version of the value set goes before')
  t.equal(await has('old', { forceSystemVersions: [`${FRUIT}|2`] }), false)
  t.equal(await has('old', { checkSystemVersions: [`${FRUIT}|1`] }), true)
  await t.rejects(expand('old', { checkSystemVersions: [`${FRUIT}|2`] }), { name: 'FhirError', kind: 'unprocessable' })
})

t.test('says what is not held, and leaves it out on demand', async (t) => {
  await t.rejects(expand('unheld'), {
    name: 'FhirError',
    kind: 'unprocessable',
    issues: [{ diagnostics: 'The code system http://example.org/nowhere is not held here' }],
  })
  const limited = await expand('unheld', { limitedExpansion: true })
  t.same(codes(limited.contains), ['saw', 'peeler'])
  t.match(limited.parameter.at(-1), { name: 'limitedExpansion', valueString: /nowhere/ })
  t.match((await expand('named')).contains, [{ code: 'x', display: 'Ex' }], 'codes that are listed need no code system')
  await t.rejects(expand('none'), { name: 'FhirError', kind: 'not-found' })
})

t.test('knows value sets without a resource, of others, and by their expansion alone', async (t) => {
  t.same(codes((await expand('all-tools')).contains), ['saw', 'peeler'])
  const implicit = async (url: string) =>
    codes(((await terminology.expand({ valueSet: { url } })).expansion as Expansion).contains)
  t.same(await implicit(`${FRUIT}?fhir_vs`), ['apple', 'pear', 'stone', 'plum'])
  t.same(await implicit(`${FRUIT}?fhir_vs=isa/stone`), ['stone', 'plum'])
  await t.rejects(implicit(`${FRUIT}?fhir_vs=what/stone`), { name: 'FhirError', kind: 'not-found' })
  t.same(codes((await expand('told')).contains), ['axe'])
  const told = { valueSet: { url: 'http://example.org/vs/told' }, codings: [{ system: TOOLS, code: 'axe' }] }
  t.match(await terminology.validateCode(told), { result: true })
  t.same(
    codes((await expand('nested')).contains).sort(),
    ['apple', 'pear', 'peeler', 'saw', 'stone'],
    'what is excluded is excluded of all',
  )
})

t.test('refuses what is too much', async (t) => {
  const concept = Array.from({ length: 12_000 }, (_, at) => ({ code: `c${at}`, display: `Concept ${at}` }))
  const url = 'http://example.org/large'
  const large = new Terminology({
    canonicals: new CanonicalsOf([{ resourceType: 'CodeSystem', url, content: 'complete', concept }]),
  })
  const valueSet = { url: `${url}?fhir_vs` }
  await t.rejects(large.expand({ valueSet }), { name: 'FhirError', issues: [{ code: 'too-costly' }] })
  const page = await large.expand({ valueSet, offset: 11_990, count: 20 })
  t.match(page.expansion, { total: 12_000, contains: { length: 10 } })
  t.match((await large.expand({ valueSet, filter: 'c11999' })).expansion, { total: 1 })
  await t.rejects(large.expand({ valueSet, count: 11_000 }), { name: 'FhirError', issues: [{ code: 'too-costly' }] })
  t.match(await large.expand({ valueSet, offset: 11_000, count: 11_000 }), {
    expansion: { contains: { length: 1000 } },
  })
  for (const wrong of [{ count: -1 }, { offset: -1 }]) {
    await t.rejects(large.expand({ valueSet, ...wrong }), { name: 'FhirError', issues: [{ code: 'value' }] })
  }
  const units = { url: 'http://unitsofmeasure.org?fhir_vs' }
  await t.rejects(large.expand({ valueSet: units, count: 10 }), { name: 'FhirError', issues: [{ code: 'too-costly' }] })
  t.match(
    await large.validateCode({ valueSet: units, codings: [{ system: 'http://unitsofmeasure.org', code: 'mg/dL' }] }),
    { result: true },
  )
})

t.test('ends where value sets are made of each other more often than can be gone through', async (t) => {
  const url = (level: number) => `http://example.org/vs/level-${level}`
  const levels = Array.from({ length: 25 }, (_, at) => {
    const twice = [url(at + 1), url(at + 1)].map((one) => ({ valueSet: [one] }))
    return { ...set(`level-${at}`, at === 24 ? [{ system: FRUIT }] : twice), url: url(at) }
  })
  const doubling = new Terminology({ canonicals: new CanonicalsOf([fruit('1'), ...levels]) })
  const tooCostly = { name: 'FhirError', issues: [{ code: 'too-costly' }] }
  await t.rejects(doubling.expand({ valueSet: { url: url(0) } }), tooCostly)
  await t.rejects(
    doubling.validateCode({ valueSet: { url: url(0) }, codings: [{ system: FRUIT, code: 'nut' }] }),
    tooCostly,
  )
  t.match(await doubling.verdict({ valueSet: url(0), codings: [{ system: FRUIT, code: 'nut' }] }, '2026-11-29'), {
    result: 'unknown',
  })
  t.match(
    await doubling.expand({ valueSet: { url: url(20) } }),
    { expansion: { total: 4 } },
    'a few times is no matter',
  )
})

t.test('lets others through while many codes are looked at', async (t) => {
  const url = 'http://example.org/flat'
  const concept = Array.from({ length: 3000 }, (_, at) => ({ code: `c${at}` }))
  const flat = new Terminology({ canonicals: new CanonicalsOf([{ resourceType: 'CodeSystem', url, concept }]) })
  const codings = concept.map(({ code }) => ({ system: url, code, display: 'other' }))
  const isHeld = async (work: Promise<unknown>) => {
    const done = work.then(() => true)
    return Promise.race([done, setImmediate(false)])
  }
  t.notOk(await isHeld(flat.closure(codings.slice(0, 2000), codings.slice(2000, 2200))), 'closures')
  t.notOk(
    await isHeld(flat.validateCode({ system: { url }, codings: Array.from({ length: 20 }, () => codings).flat() })),
  )
})

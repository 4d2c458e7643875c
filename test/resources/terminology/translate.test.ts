import t from 'tap'
import type { TranslateQuestion } from '../../../resources/terminology/answers.ts'
import { Terminology } from '../../../resources/terminology/terminology.ts'
import { CanonicalsOf, r4Resources } from '../../support/canonicals.ts'

const r4 = r4Resources('ConceptMap')
const ofR4 = new Terminology({ canonicals: new CanonicalsOf(r4) })
const R4 = 'http://hl7.org/fhir/ConceptMap'
const A = 'http://example.org/a'
const B = 'http://example.org/b'
const C = 'http://example.org/c'

const map = {
  resourceType: 'ConceptMap',
  url: 'http://example.org/map',
  version: '1',
  sourceUri: 'http://example.org/vs/a',
  targetCanonical: 'http://example.org/vs/b|1',
  group: [
    {
      source: A,
      target: B,
      element: [
        {
          code: 'one',
          display: 'One',
          target: [
            { code: 'eins', display: 'Eins', equivalence: 'equal' },
            { code: 'erste', equivalence: 'wider', comment: 'Only in order' },
          ],
        },
        {
          code: 'two',
          target: [{ code: 'zwei', equivalence: 'specializes', product: [{ property: 'p', system: C, value: 'v' }] }],
        },
        { code: 'none' },
        { code: 'never', target: [{ equivalence: 'disjoint', comment: 'another thing' }] },
        {
          code: 'side',
          target: [
            { code: 'links', equivalence: 'narrower', dependsOn: [{ property: 'hand', system: C, value: 'left' }] },
            { code: 'rechts', equivalence: 'narrower', dependsOn: [{ property: 'hand', system: C, value: 'right' }] },
          ],
        },
      ],
      unmapped: { mode: 'fixed', code: 'andere', display: 'Andere' },
    },
    {
      source: A,
      target: C,
      element: [{ code: 'one', target: [{ code: 'uno', equivalence: 'equivalent' }] }],
      unmapped: { mode: 'provided' },
    },
  ],
}
const leads = (url: string, to: string) => ({
  resourceType: 'ConceptMap',
  url,
  group: [{ source: A, target: B, element: [], unmapped: { mode: 'other-map', url: to } }],
})
const terminology = new Terminology({
  canonicals: new CanonicalsOf([
    map,
    leads('http://example.org/leads', 'http://example.org/map'),
    leads('http://example.org/ring', 'http://example.org/gnir'),
    leads('http://example.org/gnir', 'http://example.org/ring'),
  ]),
})
const codes = async (code: string, more: Partial<TranslateQuestion> = {}) => {
  const question = { map: { url: map.url }, codings: [{ system: A, code }], targetSystem: B, ...more }
  const { result, matches } = await terminology.translate(question)
  return [result, ...matches.map(({ equivalence, concept }) => `${equivalence} ${concept?.code ?? '-'}`)]
}

t.test('translates every code of every map of R4', async (t) => {
  let translated = 0
  for (const resource of r4) {
    const groups = (resource.group ?? []) as {
      source: string
      element: { code: string; target?: { code?: string }[] }[]
    }[]
    for (const { source, element } of groups) {
      for (const { code, target = [] } of element.filter(({ code }) => code !== undefined)) {
        const question = { map: { url: String(resource.url) }, codings: [{ system: source, code }] }
        const { matches } = await ofR4.translate(question)
        const found = matches.map(({ concept }) => concept?.code)
        if (target.some(({ code }) => code !== undefined && !found.includes(code))) {
          // What depends on other elements is found with these alone.
          if (!JSON.stringify(target).includes('dependsOn')) t.fail(`${resource.url} ${code}: ${found.join()}`)
        } else translated++
      }
    }
  }
  t.ok(translated > 500, `${translated} codes`)
})

t.test('finds the maps of R4 by systems and value sets', async (t) => {
  const home = { codings: [{ system: 'http://hl7.org/fhir/address-use', code: 'home' }] }
  const v3 = 'http://terminology.hl7.org/CodeSystem/v3-AddressUse'
  const { result, matches } = await ofR4.translate({ ...home, targetSystem: v3 })
  t.equal(result, true)
  t.same([...new Set(matches.map(({ concept }) => concept?.code))], ['H'])
  t.ok(matches.every(({ concept }) => concept?.system === v3))
  t.match((await ofR4.translate(home)).matches, { length: 3 })
  const target = 'http://terminology.hl7.org/ValueSet/v3-AddressUse'
  t.match(await ofR4.translate({ ...home, source: 'http://hl7.org/fhir/ValueSet/address-use', target }), {
    result: true,
  })
  t.match(await ofR4.translate({ ...home, target: 'http://example.org/vs' }), {
    result: false,
    message: /No concept map/,
  })
  const back = { codings: [{ system: v3, code: 'H' }], reverse: true, map: { url: `${R4}/cm-address-use-v3` } }
  t.match((await ofR4.translate(back)).matches, [{ equivalence: 'equal', concept: { code: 'home' } }])
  await t.rejects(ofR4.translate({ codings: [{ code: 'home' }] }), { name: 'FhirError', kind: 'invalid' })
  await t.rejects(ofR4.translate({ ...home, map: { url: 'http://example.org/no' } }), {
    name: 'FhirError',
    kind: 'not-found',
  })
})

t.test('has all equivalences, and what is said of a match', async (t) => {
  t.same(await codes('one'), [true, 'equal eins', 'wider erste'])
  t.same(await codes('none'), [false, 'unmatched -'])
  t.same(await codes('never'), [false, 'disjoint -'])
  const { matches } = await terminology.translate({
    map: { url: map.url },
    codings: [{ system: A, code: 'two' }],
    targetSystem: B,
  })
  t.same(matches, [
    {
      equivalence: 'specializes',
      concept: { system: B, code: 'zwei' },
      products: [{ element: 'p', concept: { system: C, code: 'v' } }],
      source: 'http://example.org/map|1',
    },
  ])
  t.match(await terminology.translate({ map: { url: map.url }, codings: [{ system: A, code: 'one' }] }), {
    matches: [{ concept: { display: 'Eins' } }, { comment: 'Only in order' }, { concept: { system: C, code: 'uno' } }],
  })
})

t.test('asks for what a mapping depends on', async (t) => {
  const hand = (code: string) => ({ dependencies: [{ element: 'hand', codings: [{ system: C, code }] }] })
  t.same(await codes('side'), [false])
  t.same(await codes('side', hand('left')), [true, 'narrower links'])
  t.same(await codes('side', hand('right')), [true, 'narrower rechts'])
  t.same(await codes('side', hand('third')), [false])
})

t.test('does with codes that are not mapped what the map says', async (t) => {
  t.same(await codes('seven'), [true, 'inexact andere'])
  t.same(await codes('seven', { targetSystem: C }), [true, 'equal seven'])
  t.same(await codes('one', { map: { url: 'http://example.org/leads' } }), [true, 'equal eins', 'wider erste'])
  await t.rejects(codes('one', { map: { url: 'http://example.org/ring' } }), {
    name: 'FhirError',
    kind: 'unprocessable',
  })
})

t.test('reads a map backwards', async (t) => {
  const back = (code: string) => codes(code, { codings: [{ system: B, code }], targetSystem: A, reverse: true })
  t.same(await back('eins'), [true, 'equal one'])
  t.same(await back('erste'), [true, 'narrower one'])
  t.same(await back('zwei'), [true, 'subsumes two'])
  t.same(await back('nichts'), [false])
})

t.test('closes a table of concepts', async (t) => {
  const system = {
    resourceType: 'CodeSystem',
    url: A,
    content: 'complete',
    concept: [{ code: 'a', concept: [{ code: 'b', concept: [{ code: 'c' }] }] }, { code: 'd' }],
  }
  const closing = new Terminology({ canonicals: new CanonicalsOf([system]) })
  const of = (...all: string[]) => all.map((code) => ({ system: A, code }))
  t.same(await closing.closure([], of('b')), [])
  t.same(await closing.closure(of('b'), of('c', 'a', 'd')), [
    { system: A, source: 'c', target: 'b' },
    { system: A, source: 'b', target: 'a' },
    { system: A, source: 'c', target: 'a' },
  ])
  t.same(await closing.closure(of('a', 'b'), of('a', 'unknown')), [])
  t.equal(await closing.subsumes({ system: A, codeA: 'a', codeB: 'c' }), 'subsumes')
  t.equal(await closing.subsumes({ system: A, codeA: 'c', codeB: 'a' }), 'subsumed-by')
  t.equal(await closing.subsumes({ system: A, codeA: 'd', codeB: 'a' }), 'not-subsumed')
  t.equal(await closing.subsumes({ system: A, codeA: 'd', codeB: 'd' }), 'equivalent')
  await t.rejects(closing.subsumes({ system: A, codeA: 'd', codeB: 'e' }), { name: 'FhirError', kind: 'not-found' })
})

t.test('ends where maps lead on in more ways than can be gone through', async (t) => {
  const map = (level: number) => ({
    resourceType: 'ConceptMap',
    url: `http://example.org/map/${level}`,
    group: Array.from({ length: 12 }, () => ({
      source: A,
      element: [],
      unmapped: { mode: 'other-map', url: `http://example.org/map/${level + 1}` },
    })),
  })
  const maps = Array.from({ length: 10 }, (_, level) => map(level))
  const many = new Terminology({ canonicals: new CanonicalsOf(maps) })
  await t.rejects(many.translate({ map: { url: 'http://example.org/map/0' }, codings: [{ system: A, code: 'a' }] }), {
    name: 'FhirError',
    issues: [{ code: 'too-costly' }],
  })
})

import t from 'tap'
import type { FhirError } from '../../resources/fhir-error.ts'
import { SqliteConcepts } from '../../resources/store/sqlite/concepts.ts'
import type { Expression } from '../../search/expression.ts'
import { parseCriteria } from '../../search/parse.ts'
import type { TerminologyPlace } from '../../search/terminology/held.ts'
import { withTerminology } from '../../search/terminology/resolve.ts'
import { BASE } from '../support/criteria.ts'
import { storeFolder } from '../support/folder.ts'
import { openWorld } from '../support/world.ts'

const concept = (code: string, ...inner: object[]) => ({ code, concept: inner })
const SYSTEMS = {
  'http://nested': { concept: [concept('a', concept('b', concept('c')), concept('d')), concept('e')] },
  'http://flat': {
    property: [
      { code: 'up', uri: 'http://hl7.org/fhir/concept-properties#parent' },
      { code: 'kind', type: 'code' },
    ],
    concept: [
      { code: 'c', property: [{ code: 'up', valueCode: 'b' }] },
      {
        code: 'b',
        property: [
          { code: 'up', valueCode: 'a' },
          { code: 'kind', valueString: 'x' },
        ],
      },
      { code: 'a', property: [{ code: 'child', valueCode: 'd' }] },
      { code: 'd', property: [{ code: 'kind', valueCoding: { system: 'http://k', code: 'x' } }] },
    ],
  },
  'http://ring': {
    concept: [
      { code: 'a', property: [{ code: 'parent', valueCode: 'b' }] },
      { code: 'b', property: [{ code: 'parent', valueCode: 'a' }] },
    ],
  },
}
const nested = (op: string, value: string, property = 'concept') => ({
  system: 'http://nested',
  filter: [{ property, op, value }],
})
const codes = (system: string, ...given: string[]) => ({ system, concept: given.map((code) => ({ code })) })
const composed = (include: object[], exclude: object[] = []) => ({ compose: { include, exclude } })
const contains = [
  {
    system: 'http://s',
    code: 'top',
    abstract: true,
    contains: [{ system: 'http://s', code: 'x', contains: [{ code: 'y' }] }],
  },
  { display: 'a group' },
]
const LOOP = composed([{ valueSet: ['http://vs/loop'] }])
const TWO = composed([codes('http://nested', 'a', 'b'), codes('http://s', 'x')])

const ROWS: [rule: string, valueSet: object, wanted: string[] | RegExp][] = [
  ['compose.include.concept', composed([codes('http://s', 'x', 'y')]), ['http://s|x', 'http://s|y']],
  ['include of several', TWO, ['http://nested|a', 'http://nested|b', 'http://s|x']],
  [
    'a whole system',
    composed([{ system: 'http://nested' }]),
    ['a', 'b', 'c', 'd', 'e'].map((c) => `http://nested|${c}`),
  ],
  ['a system that is not held', composed([{ system: 'http://none' }]), /http:\/\/none is not known/],
  ['is-a', composed([nested('is-a', 'b')]), ['http://nested|b', 'http://nested|c']],
  [
    'descendent-of',
    composed([nested('descendent-of', 'a')]),
    ['http://nested|b', 'http://nested|c', 'http://nested|d'],
  ],
  ['generalizes', composed([nested('generalizes', 'b')]), ['http://nested|a', 'http://nested|b']],
  ['is-not-a', composed([nested('is-not-a', 'a')]), ['http://nested|e']],
  ['=', composed([nested('=', 'b')]), ['http://nested|b']],
  ['= parent', composed([nested('=', 'a', 'parent')]), ['http://nested|b', 'http://nested|d']],
  ['= child', composed([nested('=', 'c', 'child')]), ['http://nested|b']],
  [
    '= of a property',
    composed([{ system: 'http://flat', filter: [{ property: 'kind', op: '=', value: 'x' }] }]),
    ['http://flat|b', 'http://flat|d'],
  ],
  ['regex', composed([nested('regex', '[ab]')]), ['http://nested|a', 'http://nested|b']],
  ['an op that is none', composed([nested('like', 'a')]), /not supported/],
  ['a filter on a code that is none', composed([nested('is-a', 'z')]), /code z of http:\/\/nested is not known/],
  [
    'all filters',
    composed([
      {
        system: 'http://nested',
        filter: [
          { property: 'concept', op: 'is-a', value: 'a' },
          { property: 'concept', op: 'is-not-a', value: 'b' },
        ],
      },
    ]),
    ['http://nested|a', 'http://nested|d'],
  ],
  [
    'include.valueSet',
    composed([{ valueSet: ['http://vs/two'] }]),
    ['http://nested|a', 'http://nested|b', 'http://s|x'],
  ],
  ['system and valueSet', composed([{ ...nested('is-a', 'b'), valueSet: ['http://vs/two'] }]), ['http://nested|b']],
  ['include.valueSet of several', composed([{ valueSet: ['http://vs/two', 'http://vs/x'] }]), ['http://s|x']],
  [
    'exclude',
    composed([{ system: 'http://nested' }], [nested('is-a', 'b'), { valueSet: ['http://vs/two'] }]),
    ['http://nested|d', 'http://nested|e'],
  ],
  ['a value set that is not held', composed([{ valueSet: ['http://none'] }]), /value set http:\/\/none is not known/],
  ['value sets that contain themselves', LOOP, /includes itself/],
  ['expansion.contains', { expansion: { contains } }, ['http://s|x']],
  [
    'compose before expansion',
    { expansion: { contains, total: 3 }, ...TWO },
    ['http://nested|a', 'http://nested|b', 'http://s|x'],
  ],
  [
    'expansion where what it is composed of is not held',
    { expansion: { contains }, compose: { include: [{ system: 'http://none' }] } },
    ['http://s|x'],
  ],
  [
    'a page of an expansion',
    { expansion: { contains, total: 400 }, ...TWO },
    ['http://nested|a', 'http://nested|b', 'http://s|x'],
  ],
  ['an empty one', {}, []],
]

const OTHERS = { loop: LOOP, two: TWO, x: composed([codes('http://s', 'x')]) }
const stored = (name: string, valueSet: object) => ({
  resourceType: 'ValueSet',
  id: name,
  url: `http://vs/${name}`,
  status: 'active',
  ...valueSet,
})
const RESOURCES = [
  ...Object.entries(SYSTEMS).map(([url, system], at) => ({
    resourceType: 'CodeSystem',
    id: `s${at}`,
    url,
    status: 'active',
    content: 'complete',
    ...system,
  })),
  ...Object.entries(OTHERS).map(([name, valueSet]) => stored(name, valueSet)),
  ...ROWS.map(([, valueSet], at) => stored(`row-${at}`, valueSet)),
]
const SEEN = { byType: {}, others: { kind: 'all' } } as const

/** `system|code` of what criteria ask for, or the words that refuse them. */
async function asked(place: TerminologyPlace, are: 'in' | 'below' | 'above', of: string): Promise<string[] | string> {
  try {
    const found = await withTerminology((terminology) => terminology.codes(are, of), place)
    return found.map(({ system, code }) => `${system ?? ''}|${code}`).sort()
  } catch (error) {
    return (error as FhirError).issues[0]?.diagnostics ?? String(error)
  }
}

t.test('R4 ValueSet and CodeSystem: the codes that they stand for', async (t) => {
  const { searcher } = await openWorld(t, RESOURCES)
  const place = { searcher, restriction: SEEN, baseUrl: BASE }
  for (const [at, [rule, , wanted]] of ROWS.entries()) {
    t.test(rule, async (t) => {
      const found = await asked(place, 'in', `http://vs/row-${at}`)
      if (wanted instanceof RegExp) t.match(found, wanted)
      else t.strictSame(found, [...wanted].sort())
    })
  }
  t.test('hierarchy by nesting and by properties', async (t) => {
    t.strictSame(
      await asked(place, 'below', 'http://flat|a'),
      ['a', 'b', 'c', 'd'].map((code) => `http://flat|${code}`),
    )
    t.strictSame(
      await asked(place, 'above', 'http://flat|c'),
      ['a', 'b', 'c'].map((code) => `http://flat|${code}`),
    )
    t.strictSame(await asked(place, 'below', 'http://ring|a'), ['http://ring|a', 'http://ring|b'])
    t.match(await asked(place, 'below', 'http://flat|z'), /code z of http:\/\/flat is not known/)
  })
  t.test("R4's own definitions", async (t) => {
    const genders = await asked(place, 'in', 'http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1')
    t.ok(genders.includes('http://hl7.org/fhir/administrative-gender|male'))
    const below = await asked(place, 'below', 'http://terminology.hl7.org/CodeSystem/v3-ActCode|_ActPolicyType')
    t.ok(below.includes('http://terminology.hl7.org/CodeSystem/v3-ActCode|COVPOL'))
    t.match(await asked(place, 'in', 'http://hl7.org/fhir/ValueSet/mimetypes'), /cannot be listed/)
  })
})

t.test('large code systems: what is below a code, and value sets with filters', async (t) => {
  const { searcher } = await openWorld(t, [
    stored('billable', {
      compose: {
        include: [
          {
            system: 'http://large',
            filter: [
              { property: 'concept', op: 'is-a', value: 'E11' },
              { property: 'billable', op: '=', value: 'true' },
            ],
          },
        ],
      },
    }),
    stored('whole', { compose: { include: [{ system: 'http://large' }] } }),
  ])
  const concepts = await SqliteConcepts.open(storeFolder(t))
  t.teardown(() => concepts.close())
  const billable = (value: boolean) => [{ code: 'billable', type: 'boolean' as const, value }]
  const draft = await concepts.draft({
    system: 'http://large',
    version: '1',
    name: 'Large',
    content: 'complete',
    caseSensitive: false,
  })
  await draft.add([
    { code: 'E11', display: 'Type 2 diabetes', properties: billable(false) },
    { code: 'E11.9', display: 'without complications', parents: ['E11'], properties: billable(true) },
    { code: 'E11.8', display: 'ended', parents: ['E11'], properties: billable(true), to: '2016-09-30' },
  ])
  const many = (at: number) => ({ code: `X${at}`, display: '', parents: ['X'] })
  await draft.add([{ code: 'X', display: '' }, ...Array.from({ length: 10_000 }, (_, at) => many(at))])
  await draft.publish()
  const place = { searcher, restriction: SEEN, baseUrl: BASE, knowledge: { concepts } }
  const diabetes = ['http://large|E11', 'http://large|E11.8', 'http://large|E11.9']
  t.strictSame(await asked(place, 'below', 'http://large|E11'), diabetes, 'what was recorded when it held too')
  t.strictSame(await asked(place, 'below', 'http://large|1|e11'), diabetes)
  t.strictSame(await asked(place, 'above', 'http://large|E11.8'), ['http://large|E11', 'http://large|E11.8'])
  t.strictSame(await asked(place, 'in', 'http://vs/billable'), ['http://large|E11.8', 'http://large|E11.9'])
  t.match(await asked(place, 'below', 'http://large|X'), /more than 10000 codes/)
  t.match(await asked(place, 'in', 'http://vs/whole'), /more than 10000 codes/)
  t.match(await asked({ ...place, knowledge: {} }, 'below', 'http://large|E11'), /http:\/\/large is not known/)
})

t.test('what the caller may not see is not known', async (t) => {
  const { searcher } = await openWorld(t, [{ resourceType: 'ValueSet', id: 'v', status: 'active', ...TWO }])
  const ask = (ValueSet: Expression) =>
    withTerminology((terminology) => terminology.codes('in', 'ValueSet/v'), {
      searcher,
      restriction: { byType: { ValueSet }, others: { kind: 'all' } },
      baseUrl: BASE,
    })
  t.equal((await ask({ kind: 'all' })).length, 3)
  const refused = await ask({ kind: 'none' }).catch((error: FhirError) => error.issues[0]?.diagnostics)
  t.match(refused, /ValueSet\/v is not known/)
})

t.test('R4 search: a bar in a code is escaped, what is below it is found all the same', async (t) => {
  const concepts = [concept('a|b', concept('c,d'))]
  const { searcher } = await openWorld(t, [
    { resourceType: 'CodeSystem', id: 's', url: 'http://s', version: '1', content: 'complete', concept: concepts },
  ])
  const below = (text: string) =>
    withTerminology(
      (terminology) => {
        const { expression } = parseCriteria('Observation', [['code:below', text]], { baseUrl: BASE, terminology })
        return expression.kind === 'token' ? expression.tests.map(({ code }) => code).sort() : []
      },
      { searcher, restriction: { byType: {}, others: { kind: 'all' } }, baseUrl: BASE },
    ).catch((error: FhirError) => error.issues[0]?.diagnostics ?? '')
  t.strictSame(await below('http://s|a\\|b'), ['a|b', 'c,d'])
  t.strictSame(await below('http://s|c\\,d'), ['c,d'])
  t.strictSame(await below('http://s|1|a\\|b'), ['a|b', 'c,d'])
  t.match(await below('http://s|a|b'), /http:\/\/s\|a is not known/)
})

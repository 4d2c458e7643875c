import t from 'tap'
import type { FhirError } from '../../resources/fhir-error.ts'
import type { Expression } from '../../search/expression.ts'
import { parseCriteria } from '../../search/parse.ts'
import { Concepts } from '../../search/terminology/concepts.ts'
import { expand } from '../../search/terminology/expansion.ts'
import { withTerminology } from '../../search/terminology/resolve.ts'
import { BASE } from '../support/criteria.ts'
import { openWorld } from '../support/world.ts'

const concept = (code: string, ...inner: object[]) => ({ code, concept: inner })
const SYSTEMS = {
  'http://nested': { concept: [concept('a', concept('b', concept('c')), concept('d')), concept('e')] },
  'http://flat': {
    property: [{ code: 'up', uri: 'http://hl7.org/fhir/concept-properties#parent' }],
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
const LOOP = composed([{ valueSet: ['loop'] }])
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
  ['regex', composed([nested('regex', '(a+)+')]), /not supported/],
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
  ['include.valueSet', composed([{ valueSet: ['two'] }]), ['http://nested|a', 'http://nested|b', 'http://s|x']],
  ['system and valueSet', composed([{ ...nested('is-a', 'b'), valueSet: ['two'] }]), ['http://nested|b']],
  ['include.valueSet of several', composed([{ valueSet: ['two', 'x'] }]), ['http://s|x']],
  [
    'exclude',
    composed([{ system: 'http://nested' }], [nested('is-a', 'b'), { valueSet: ['two'] }]),
    ['http://nested|d', 'http://nested|e'],
  ],
  ['a value set that is not held', composed([{ valueSet: ['http://none'] }]), /value set http:\/\/none is not known/],
  ['value sets that contain themselves', LOOP, /nested too deep/],
  ['expansion.contains', { expansion: { contains } }, ['http://s|x', '|y']],
  ['expansion before compose', { expansion: { contains, total: 3 }, ...TWO }, ['http://s|x', '|y']],
  [
    'a page of an expansion',
    { expansion: { contains, total: 400 }, ...TWO },
    ['http://nested|a', 'http://nested|b', 'http://s|x'],
  ],
  ['an empty one', {}, []],
]

const source = (valueSet: object) => ({
  valueSet: async (reference: string) => {
    const sets: Record<string, object> = { it: valueSet, loop: LOOP, two: TWO, x: composed([codes('http://s', 'x')]) }
    return sets[reference]
  },
  conceptsOf: async (system: string) => {
    const found = Object.entries(SYSTEMS).find(([url]) => url === system)
    if (!found) throw new Error(`${system} is not known`)
    return new Concepts({ url: system, ...found[1] })
  },
})

for (const [rule, valueSet, wanted] of ROWS) {
  t.test(`R4 ValueSet: ${rule}`, async (t) => {
    const expanded = await expand('it', source(valueSet)).catch(
      (error) => error.issues?.[0].diagnostics ?? error.message,
    )
    if (wanted instanceof RegExp) return t.match(expanded, wanted)
    return t.strictSame(
      [...expanded].flatMap(([system, own]) => [...own].map((code) => `${system}|${code}`)).sort(),
      [...wanted].sort(),
    )
  })
}

t.test("R4's own lists of required bindings", async (t) => {
  const genders = await expand('http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1', source({}))
  t.ok(genders.get('http://hl7.org/fhir/administrative-gender')?.has('male'))
})

t.test('R4 CodeSystem: hierarchy by nesting and by properties', async (t) => {
  const flat = new Concepts({ url: 'http://flat', ...SYSTEMS['http://flat'] })
  t.strictSame([...flat.tree('a', 'below')].sort(), ['a', 'b', 'c', 'd'])
  t.strictSame([...flat.tree('c', 'above')].sort(), ['a', 'b', 'c'])
  const ring = new Concepts(SYSTEMS['http://ring'])
  t.strictSame([...ring.tree('a', 'below')].sort(), ['a', 'b'])
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

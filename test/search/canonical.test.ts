import t, { type Test } from 'tap'
import { included, parseInclude } from '../../search/include.ts'
import { type Named, openWorld } from '../support/world.ts'

const URL = 'http://example.org/Questionnaire/intake'
const questionnaire = (id: string, title: string, version?: string, url = URL): Named => ({
  resourceType: 'Questionnaire',
  id,
  url,
  title,
  status: 'active',
  ...(version === undefined ? {} : { version }),
})
const response = (id: string, canonical?: string): Named => ({
  resourceType: 'QuestionnaireResponse',
  id,
  status: id === 'old' ? 'amended' : 'completed',
  ...(canonical === undefined ? {} : { questionnaire: canonical }),
})

const RESOURCES: Named[] = [
  questionnaire('q1', 'First', '1.0'),
  questionnaire('q2', 'Second', '2.0'),
  questionnaire('other', 'Other', undefined, 'http://example.org/Questionnaire/other'),
  response('any', URL),
  response('old', `${URL}|1.0`),
  response('unknown', `${URL}|9`),
  response('elsewhere', 'http://example.org/Questionnaire/other'),
  response('none'),
  // Both canonicals and references may stand in one parameter.
  {
    resourceType: 'Library',
    id: 'lib',
    url: 'http://example.org/Library/x',
    status: 'draft',
    type: { text: 'x' },
    relatedArtifact: [{ type: 'depends-on', resource: `${URL}|2.0` }],
  },
]

t.test('chains follow canonicals, with a version to that one alone', async (t) => {
  const world = await openWorld(t, RESOURCES)
  const responses = (query: string) => world.found('QuestionnaireResponse', query)
  t.strictSame(await responses('questionnaire.title=First'), ['any', 'old'])
  t.strictSame(await responses('questionnaire:Questionnaire.title=Second'), ['any'])
  t.strictSame(await responses('questionnaire.version=2.0,1.0'), ['any', 'old'])
  t.strictSame(await responses('questionnaire._id=q1,other'), ['any', 'elsewhere', 'old'])
  t.strictSame(await responses('questionnaire.title=Other&status=completed'), ['elsewhere'])
  t.strictSame(await world.found('Library', 'depends-on:Questionnaire.title=Second'), ['lib'])
  t.strictSame(await world.found('Library', 'depends-on:Questionnaire.title=First'), [])
})

t.test('so does _has', async (t) => {
  const world = await openWorld(t, RESOURCES)
  const questionnaires = (query: string) => world.found('Questionnaire', query)
  t.strictSame(await questionnaires('_has:QuestionnaireResponse:questionnaire:status=amended'), ['q1'])
  t.strictSame(await questionnaires('_has:QuestionnaireResponse:questionnaire:status=completed'), ['other', 'q1', 'q2'])
  t.strictSame(await questionnaires('_has:QuestionnaireResponse:questionnaire:_id=unknown'), [])
  t.strictSame(await questionnaires('_has:Library:depends-on:status=draft'), ['q2'])
  t.strictSame(await questionnaires('_has:Library:depends-on:status=draft&title=Second'), ['q2'])
})

const EVERYTHING = { byType: {}, others: { kind: 'all' } } as const

async function includes(t: Test, start: string, name: string, value: string, restriction: object = EVERYTHING) {
  const { searcher } = await openWorld(t, RESOURCES)
  const [type = '', id = ''] = start.split('/')
  const steps = [parseInclude([type], name, value)]
  const { found } = await included([{ type, id }], steps, restriction as never, searcher)
  return found.map((one) => `${one.type}/${one.id}`).sort()
}

t.test('and includes', async (t) => {
  const forth = (start: string, value: string, restriction?: object) =>
    includes(t, start, '_include', value, restriction)
  t.strictSame(await forth('QuestionnaireResponse/any', 'QuestionnaireResponse:questionnaire'), [
    'Questionnaire/q1',
    'Questionnaire/q2',
  ])
  t.strictSame(await forth('QuestionnaireResponse/old', 'QuestionnaireResponse:*'), ['Questionnaire/q1'])
  t.strictSame(await forth('QuestionnaireResponse/unknown', 'QuestionnaireResponse:questionnaire'), [])
  t.strictSame(await forth('Library/lib', 'Library:depends-on'), ['Questionnaire/q2'])
  t.strictSame(await forth('Library/lib', 'Library:depends-on:Questionnaire'), ['Questionnaire/q2'])
  t.strictSame(await forth('Library/lib', 'Library:depends-on', { byType: {}, others: { kind: 'none' } }), [])
  t.strictSame(await includes(t, 'Questionnaire/q1', '_revinclude', 'QuestionnaireResponse:questionnaire'), [
    'QuestionnaireResponse/any',
    'QuestionnaireResponse/old',
  ])
  t.strictSame(await includes(t, 'Questionnaire/q2', '_revinclude', 'Library:depends-on'), ['Library/lib'])
})

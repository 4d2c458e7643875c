import t from 'tap'
import type { Expression } from '../../search/expression.ts'
import { allowed, type Content } from '../../search/judge.ts'
import { parseCriteria } from '../../search/parse.ts'
import { parseQuery } from '../../search/query.ts'
import { BASE, type Written } from '../support/criteria.ts'
import { writeOf } from '../support/facts.ts'
import { openStore } from '../support/stores.ts'

const ref = (reference: string) => ({ reference })
const coded = (code: string) => ({ coding: [{ system: 'http://loinc.org', code }] })

const RESOURCES: (Written & { id: string })[] = [
  { resourceType: 'Organization', id: 'x', name: 'North', partOf: ref('Organization/y') },
  { resourceType: 'Organization', id: 'y', name: 'South' },
  { resourceType: 'Patient', id: 'a', active: true, managingOrganization: ref('Organization/x') },
  { resourceType: 'Patient', id: 'b', active: false, managingOrganization: ref('Organization/y') },
  { resourceType: 'Patient', id: 'c', birthDate: '1970-01-01' },
  { resourceType: 'Observation', id: '1', status: 'final', code: coded('1'), subject: ref('Patient/a') },
  { resourceType: 'Observation', id: '2', status: 'amended', code: coded('2'), subject: ref('Patient/b') },
  { resourceType: 'Observation', id: '3', status: 'final', code: coded('2'), subject: ref('Patient/none') },
  { resourceType: 'Observation', id: '4', status: 'final', code: coded('1'), subject: ref('Group/a') },
  {
    resourceType: 'Observation',
    id: '5',
    status: 'final',
    code: coded('1'),
    contained: [{ resourceType: 'Patient', id: 'in', birthDate: '1970-01-01' }],
    subject: ref('#in'),
  },
  { resourceType: 'Questionnaire', id: 'q', url: 'http://example.org/q', version: '1', status: 'active' },
  { resourceType: 'QuestionnaireResponse', id: 'r', status: 'completed', questionnaire: 'http://example.org/q|1' },
  { resourceType: 'QuestionnaireResponse', id: 's', status: 'completed', questionnaire: 'http://example.org/q|2' },
]

const QUERIES: [type: string, query: string][] = [
  ['Patient', 'active=true'],
  ['Patient', 'active:not=true'],
  ['Patient', '_id=a,c'],
  ['Patient', 'organization.name=North'],
  ['Patient', 'organization.partof.name=South'],
  ['Patient', '_has:Observation:patient:code=1'],
  ['Patient', '_has:Observation:patient:code=2'],
  ['Patient', '_has:Observation:patient:_has:Observation:patient:code=1'.replace(/:_has.*/, ':code=3')],
  ['Patient', '_filter=active eq true or birthdate eq 1970-01-01'],
  ['Patient', '_filter=not (organization.name eq north)'],
  ['Observation', 'subject:Patient.active=true'],
  ['Observation', 'subject:Patient.organization.name=South'],
  ['Observation', 'subject:Patient._has:Observation:patient:status=final'],
  ['Observation', 'subject:Patient.active=true&status=amended'],
  ['Observation', '_filter=status eq amended or subject:Patient.active eq true'],
  ['QuestionnaireResponse', 'questionnaire.status=active'],
  ['Questionnaire', '_has:QuestionnaireResponse:questionnaire:status=completed'],
]

/** All of a type as they are stored. */
function contentsOf(type: string): Content[] {
  return RESOURCES.filter(({ resourceType }) => resourceType === type).map((resource) => {
    const { id, entries, contained } = writeOf(resource)
    return { type, id, entries, contained, lastUpdated: Date.now() }
  })
}

function whereOf(type: string, query: string): Expression {
  return parseCriteria(type, parseQuery(query.replaceAll(' ', '%20')), { baseUrl: BASE }).expression
}

async function judged(contents: Content[], where: Expression, searcher: Parameters<typeof allowed>[2]) {
  const isAllowed = await allowed(contents, { byType: {}, others: where }, searcher)
  return contents.filter((_, at) => isAllowed[at]).map(({ id }) => id)
}

t.test('content is judged as the same content is found where it is stored', async (t) => {
  const { store, searcher } = await openStore(t)
  await store.commit({ changes: RESOURCES.map((resource) => writeOf(resource)), guards: [] })
  const everything = { byType: {}, others: { kind: 'all' } } as const
  let found = 0
  for (const [type, query] of QUERIES) {
    const where = whereOf(type, query)
    const ids = (await searcher.ids({ type, where, restriction: everything }, 100)).sort()
    found += ids.length
    t.strictSame((await judged(contentsOf(type), where, { searcher })).sort(), ids, `${type}?${query}`)
  }
  t.ok(found > 15, 'and something is')
  const inside: Expression = { kind: 'contains', type: 'Patient', where: whereOf('Patient', 'birthdate=1970-01-01') }
  t.strictSame(await judged(contentsOf('Observation'), inside, { searcher }), ['5'])
  const not: Expression = { kind: 'not', part: inside }
  t.strictSame(await judged(contentsOf('Observation'), not, { searcher }), ['1', '2', '3', '4'])
})

t.test('each type by what the restriction says of it; an empty "or" is nothing', async (t) => {
  const { searcher } = await openStore(t)
  const contents = [...contentsOf('Patient'), ...contentsOf('Observation')]
  const byType = { Patient: whereOf('Patient', 'active=true'), Observation: { kind: 'or', parts: [] } as Expression }
  const some = await allowed(contents, { byType, others: { kind: 'all' } }, { searcher })
  t.strictSame(
    contents.filter((_, at) => some[at]).map(({ id }) => id),
    ['a'],
  )
  t.strictSame(await allowed([], { byType, others: { kind: 'all' } }, { searcher }), [])
})

t.test('what is written along counts, in place of what is stored', async (t) => {
  const { store, searcher } = await openStore(t)
  await store.commit({ changes: RESOURCES.map((resource) => writeOf(resource)), guards: [] })
  const own = new Map<string, Content>(
    [
      { resourceType: 'Patient', id: 'a', active: false },
      { resourceType: 'Patient', id: 'none', active: true },
    ].map((resource) => {
      const { id, entries } = writeOf(resource)
      return [`Patient/${id}`, { type: 'Patient', id, entries, lastUpdated: 0 }] as const
    }),
  )
  const where = whereOf('Observation', 'subject:Patient.active=true')
  const told: string[] = []
  const grounds = {
    searcher,
    own: ({ type, id }: { type: string; id: string }) => own.get(`${type}/${id}`),
    told: (search: { type: string }, ids: string[]) => told.push(`${search.type} ${ids}`),
  }
  t.strictSame(await judged(contentsOf('Observation'), where, grounds), ['3'])
  t.strictSame(told, ['Patient '], 'one search for all that is asked of others')
})

import t from 'tap'
import type { Expression } from '../../search/expression.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { type Facts, matches } from '../../search/matches.ts'
import { parseCriteria } from '../../search/parse.ts'
import { BASE, type Written } from '../support/criteria.ts'

const RESOURCES: (Written & { id: string })[] = [
  { resourceType: 'Organization', id: 'o', name: 'Mercy' },
  { resourceType: 'Patient', id: 'p', gender: 'female', managingOrganization: { reference: 'Organization/o' } },
  { resourceType: 'Patient', id: 'q', gender: 'male' },
  { resourceType: 'Group', id: 'p', actual: true },
  { resourceType: 'Observation', id: 'a', status: 'final', subject: { reference: 'Patient/p' } },
  { resourceType: 'Observation', id: 'b', status: 'final', subject: { reference: 'Patient/q' } },
  { resourceType: 'Observation', id: 'c', status: 'draft', subject: { reference: 'Group/p' } },
]

const factsByType = Map.groupBy(
  RESOURCES.map((resource) => ({
    type: resource.resourceType,
    facts: { id: resource.id, lastUpdated: 0, entries: indexEntries(resource.resourceType, resource, BASE) },
  })),
  ({ type }) => type,
)

function resources(type: string): Facts[] {
  return (factsByType.get(type) ?? []).map(({ facts }) => facts)
}

function where(type: string, name: string, value: string): Expression {
  return parseCriteria(type, [[name, value]], { baseUrl: BASE }).expression
}

function found(type: string, expression: Expression): string[] {
  return resources(type)
    .filter((facts) => matches(expression, facts, { type, resources }))
    .map(({ id }) => id)
}

const toFemale: Expression = {
  kind: 'chain',
  param: 'subject',
  targets: [{ type: 'Patient', where: where('Patient', 'gender', 'female') }],
}
const ofMercy: Expression = {
  kind: 'chain',
  param: 'organization',
  targets: [{ type: 'Organization', where: where('Organization', 'name', 'mercy') }],
}
const withFinal: Expression = {
  kind: 'has',
  type: 'Observation',
  param: 'subject',
  where: where('Observation', 'status', 'final'),
}

t.test('R4 search 3.1.1.4.14 chains, decided by plain JavaScript', async (t) => {
  t.strictSame(found('Observation', toFemale), ['a'], 'of the type that is meant, though another has the same id')
  t.strictSame(
    found('Observation', { ...toFemale, targets: [{ type: 'Patient', where: ofMercy }] }),
    ['a'],
    'two steps',
  )
  const group = { type: 'Group', where: where('Group', 'actual', 'true') }
  t.strictSame(
    found('Observation', { ...toFemale, targets: [...toFemale.targets, group] }),
    ['a', 'c'],
    'several types',
  )
})

t.test('R4 search 3.1.1.4.15 reverse chains, decided by plain JavaScript', async (t) => {
  t.strictSame(found('Patient', withFinal), ['p', 'q'])
  t.strictSame(found('Group', withFinal), [], 'of the type that is referred to')
  t.strictSame(found('Patient', { ...withFinal, where: toFemale }), ['p'], 'with a chain in it')
  t.strictSame(
    found('Organization', { kind: 'has', type: 'Patient', param: 'organization', where: withFinal }),
    ['o'],
    'in a reverse chain',
  )
  t.throws(() => matches(withFinal, resources('Patient')[0]!), /other resources/)
})

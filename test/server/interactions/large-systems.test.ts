import t from 'tap'
import type { Concept } from '../../../resources/terminology/concept.ts'
import { type Json, openServer } from '../../support/server.ts'

const ICD = 'http://hl7.org/fhir/sid/icd-10-cm'
const LOCAL = 'http://example.org/local'

const billable = (value: boolean) => [{ code: 'billable', type: 'boolean' as const, value }]

const CODES: readonly Concept[] = [
  { code: 'E08-E13', display: 'Diabetes mellitus', abstract: true },
  { code: 'E11', display: 'Type 2 diabetes mellitus', parents: ['E08-E13'], properties: billable(false) },
  { code: 'E11.4', display: 'with neurological complications', parents: ['E11'], properties: billable(false) },
  { code: 'E11.40', display: 'with neuropathy, unspecified', parents: ['E11.4'], properties: billable(true) },
  { code: 'E11.9', display: 'without complications', parents: ['E11'], properties: billable(true), to: '2020-09-30' },
  { code: 'I10', display: 'Essential (primary) hypertension', properties: billable(true) },
]

const valueSet = (id: string, include: object[], exclude: object[] = []) => ({
  resourceType: 'ValueSet',
  id,
  url: `http://example.org/${id}`,
  status: 'active',
  compose: { include, ...(exclude.length > 0 ? { exclude } : {}) },
})
const filter = (property: string, op: string, value: string) => ({ property, op, value })

/** Value sets over the large system. */
const SETS = [
  valueSet('diabetes', [{ system: ICD, filter: [filter('concept', 'is-a', 'E11')] }]),
  valueSet(
    'billable',
    [{ system: ICD, filter: [filter('billable', '=', 'true')] }],
    [{ system: ICD, concept: [{ code: 'I10' }] }],
  ),
  valueSet('pattern', [{ system: ICD, filter: [filter('code', 'regex', 'E11\\.[0-9]')] }]),
  valueSet('slow', [{ system: ICD, filter: [filter('display', 'regex', '(([a-z ]+)+)+!')] }]),
  valueSet('both', [{ valueSet: ['http://example.org/diabetes'] }, { system: LOCAL, concept: [{ code: 'x' }] }]),
]

/** Criteria, and the ids of Conditions that they find, or what refuses them. */
const ROWS: [criteria: string, found: string[] | RegExp][] = [
  [`code:below=${ICD}|E11`, ['e11', 'e11-40', 'e11-9']],
  [`code:below=${ICD}|E08-E13`, ['e11', 'e11-40', 'e11-9']],
  [`code:below=${ICD}|2027|E11.4`, ['e11-40']],
  [`code:below=${ICD}|E11.9`, ['e11-9']],
  [`code:below=${ICD}|X99`, /code X99 of .* is not known/],
  [`code:below=${ICD}|2019|E11`, /not known/],
  [`code:above=${ICD}|E11.40`, ['e11', 'e11-40']],
  ['code:in=http://example.org/diabetes', ['e11', 'e11-40', 'e11-9']],
  ['code:in=ValueSet/billable', ['e11-40', 'e11-9']],
  ['code:in=http://example.org/pattern', ['e11-9']],
  ['code:in=http://example.org/both', ['e11', 'e11-40', 'e11-9', 'local']],
  ['code:in=http://example.org/slow', /takes too long/],
  ['code:not-in=http://example.org/diabetes', ['i10', 'local']],
  [`code:in=${ICD}?fhir_vs=isa/E11`, ['e11', 'e11-40', 'e11-9']],
  ['clinical-status:in=http://hl7.org/fhir/ValueSet/condition-clinical', ['i10']],
]

t.test('searches by value sets and hierarchies of large code systems', async (t) => {
  const server = await openServer(t)
  const { concepts } = server.services.knowledge
  const draft = await concepts.draft({
    system: ICD,
    version: '2027',
    name: 'ICD10CM',
    content: 'complete',
    caseSensitive: false,
  })
  await draft.add(CODES)
  await draft.publish()
  for (const one of SETS) t.equal((await server.ask('PUT', `ValueSet/${one.id}`, one)).status, 201)
  const condition = (id: string, system: string, code: string, more: object = {}) =>
    server.ask('PUT', `Condition/${id}`, {
      resourceType: 'Condition',
      id,
      subject: { reference: 'Patient/p' },
      code: { coding: [{ system, code }] },
      ...more,
    })
  const active = { system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }
  await condition('e11', ICD, 'E11')
  await condition('e11-40', ICD, 'E11.40')
  await condition('e11-9', ICD, 'E11.9')
  await condition('i10', ICD, 'I10', { clinicalStatus: { coding: [active] } })
  await condition('local', LOCAL, 'x')
  for (const [criteria, wanted] of ROWS) {
    const { status, json } = await server.get(`Condition?${criteria.replaceAll('|', '%7C')}`)
    if (wanted instanceof RegExp) {
      t.equal(status, 400, criteria)
      t.match(json.issue[0].diagnostics, wanted)
    } else {
      const ids = (json.entry ?? []).map(({ resource }: Json) => resource.id).sort()
      t.strictSame(ids, wanted, criteria)
    }
  }
})

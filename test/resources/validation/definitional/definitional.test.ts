import t from 'tap'
import { definitional } from '../../../../resources/validation/definitional/layer.ts'
import { R4_KNOWLEDGE } from '../../../standard/r4-knowledge.ts'
import { findingsOf } from '../../../support/findings.ts'

const found = (resource: object) => findingsOf([definitional], resource, { source: R4_KNOWLEDGE })
const URL = 'http://a.example/x'

t.test('the url of a definition', async (t) => {
  const valueSet = (url: string) => ({ resourceType: 'ValueSet', status: 'draft', url })
  for (const url of [URL, 'urn:uuid:0d432bc3-c706-4ca8-93a2-17985e1383d5']) t.strictSame(await found(valueSet(url)), [])
  for (const url of ['ValueSet/x', '#x', 'x'])
    t.strictSame(await found(valueSet(url)), ['error definition-url ValueSet.url'])
  t.strictSame(await found({ resourceType: 'Library', status: 'draft', type: { text: 'x' }, url: 'x' }), [
    'error definition-url Library.url',
  ])
})

t.test('code systems', async (t) => {
  const concept = [{ code: 'a', concept: [{ code: 'b' }, { code: 'c' }] }, { code: 'd' }]
  const cases: [object, string[]][] = [
    [{ content: 'complete', count: 4, concept }, []],
    [{ content: 'complete', concept }, []],
    [{ content: 'fragment', count: 100, concept }, []],
    [{ content: 'not-present', count: 100 }, []],
    [{ content: 'complete', count: 2, concept }, ['error codesystem-count CodeSystem.count']],
    [{ content: 'not-present', concept }, ['error codesystem-content CodeSystem.concept']],
    [{ content: 'supplement', supplements: URL, concept }, []],
    [{ content: 'supplement', concept }, ['error codesystem-supplement CodeSystem.content']],
    [{ content: 'complete', supplements: URL, concept }, ['error codesystem-supplement CodeSystem.content']],
  ]
  for (const [more, findings] of cases) {
    const resource = { resourceType: 'CodeSystem', status: 'draft', ...more }
    t.strictSame(await found(resource), findings, JSON.stringify(more))
  }
})

t.test('value sets', async (t) => {
  const of = (compose: object) => found({ resourceType: 'ValueSet', status: 'draft', compose })
  t.strictSame(await of({ include: [{ system: URL }, { valueSet: [URL] }] }), [])
  t.strictSame(await of({ include: [{ system: URL }, { system: '#x' }], exclude: [{ system: 'CodeSystem/x' }] }), [
    'error valueset-system ValueSet.compose.include[1].system',
    'error valueset-system ValueSet.compose.exclude[0].system',
  ])
})

t.test('search parameters', async (t) => {
  const component = { definition: URL, expression: 'code' }
  const base = {
    resourceType: 'SearchParameter',
    url: URL,
    name: 'X',
    status: 'draft',
    description: 'x',
    code: 'x',
    type: 'token',
  }
  const cases: [object, string[]][] = [
    [{ base: ['Patient'], expression: 'Patient.name' }, []],
    [{ base: ['Patient'], expression: '(Patient.name as X) | Person.name' }, []],
    [
      { base: ['Patient'], expression: 'Person.name | Practitioner.name' },
      ['error search-parameter-base SearchParameter.expression'],
    ],
    [{ base: ['Patient'], expression: 'name' }, []],
    [{ base: ['DomainResource'], expression: 'Person.name' }, []],
    [{ base: ['Resource'], expression: 'Resource.id' }, []],
    [{ base: ['Patient'] }, []],
    [{ base: ['Patient'], type: 'composite', component: [component, component] }, []],
    [
      { base: ['Patient'], type: 'composite', component: [component] },
      ['error search-parameter-composite SearchParameter'],
    ],
    [{ base: ['Patient'], type: 'composite' }, ['error search-parameter-composite SearchParameter']],
  ]
  for (const [more, findings] of cases) t.strictSame(await found({ ...base, ...more }), findings, JSON.stringify(more))
})

t.test('questionnaires', async (t) => {
  const item = (linkId: string, question?: string, inner?: object[]) => ({
    linkId,
    type: inner ? 'group' : 'boolean',
    ...(question && { enableWhen: [{ question, operator: 'exists', answerBoolean: true }] }),
    ...(inner && { item: inner }),
  })
  const of = (...items: object[]) => found({ resourceType: 'Questionnaire', status: 'draft', item: items })
  const fault = (path: string) => [`error questionnaire-enable-when Questionnaire.${path}.enableWhen[0].question`]
  t.strictSame(await of(item('a'), item('b', 'a')), [])
  t.strictSame(await of(item('b', 'a'), item('a')), [])
  t.strictSame(await of(item('a'), item('g', 'a', [item('b', 'a'), item('c', 'b')])), [])
  t.strictSame(await of(item('a', 'a')), fault('item[0]'))
  t.strictSame(await of(item('a', 'none')), fault('item[0]'))
  t.strictSame(await of(item('x'), item('g', 'b', [item('h', undefined, [item('b')])])), fault('item[1]'))
  t.strictSame(
    await of(item('g', undefined, [item('h', undefined, [item('b', 'b')])])),
    fault('item[0].item[0].item[0]'),
  )
  // item[1] is none within item[10].
  const many = Array.from({ length: 11 }, (_, at) => item(`i${at}`, at === 1 ? 'i10' : undefined))
  t.strictSame(await of(...many), [])
})

t.test('profiles', async (t) => {
  const profile = (element: object, more: object = {}) =>
    found({
      resourceType: 'StructureDefinition',
      url: URL,
      name: 'X',
      status: 'draft',
      kind: 'resource',
      abstract: false,
      type: 'Observation',
      derivation: 'constraint',
      baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Observation',
      differential: { element: [element] },
      ...more,
    })
  const paths = [
    ...[
      '',
      '.value[x]',
      '.valueQuantity',
      '.valueQuantity.code',
      '.value[x].coding.code',
      '.component.value[x]',
      '.component.referenceRange.low',
    ],
    ...[
      '.contained',
      '.contained.name',
      '.status.extension',
      '.subject.identifier.assigner',
      '.effectivePeriod.start',
      '.value[x].extension',
    ],
  ]
  for (const path of paths) t.strictSame(await profile({ path: `Observation${path}` }), [], path)
  for (const path of [
    'Patient.name',
    'Observation.valueBla',
    'Observation.name',
    'Observation.value[x].name.family',
    'Observation.status.x',
    'Observation.component.x',
  ])
    t.strictSame(
      await profile({ path }),
      ['error structure-path StructureDefinition.differential.element[0].path'],
      path,
    )
  t.strictSame(await profile({ path: 'Observation.x' }, { derivation: 'specialization' }), [])
  t.strictSame(await profile({ path: 'Thing.x' }, { type: 'http://a.example/Thing', kind: 'logical' }), [])
  const typed = (code: string, name: string) =>
    profile({
      path: 'Observation.value[x]',
      type: [{ code, profile: [`http://hl7.org/fhir/StructureDefinition/${name}`] }],
    })
  const fault = ['error structure-type-profile StructureDefinition.differential.element[0].type[0].profile[0]']
  t.strictSame(await typed('Quantity', 'SimpleQuantity'), [])
  t.strictSame(await typed('Quantity', 'none-such'), [])
  t.strictSame(await typed('Quantity', 'Count'), fault)
  t.strictSame(await typed('Period', 'SimpleQuantity'), fault)
})

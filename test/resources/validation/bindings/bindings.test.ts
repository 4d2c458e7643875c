import t from 'tap'
import { bindings } from '../../../../resources/validation/bindings/layer.ts'
import type { Options } from '../../../../resources/validation/place.ts'
import type { CodeQuestion, CodeVerdict } from '../../../../resources/validation/question.ts'
import { type KnownSource, Validator } from '../../../../resources/validation/validator.ts'

const OPTIONS: Options = { profiles: [], strictExtensions: false, mustSupport: false }

type Answers = (question: CodeQuestion) => CodeVerdict['result'] | CodeVerdict

/** Issues of a resource, where value sets and systems answer as they are told. */
async function issuesOf(resource: Record<string, unknown>, answers: Answers, asked: CodeQuestion[] = []) {
  const verdict = async (question: CodeQuestion): Promise<CodeVerdict> => {
    asked.push(question)
    const answer = answers(question)
    return typeof answer === 'string' ? { result: answer, faults: [] } : answer
  }
  const source: KnownSource = {
    structureNow: () => null,
    structure: async () => null,
    verdictNow: () => undefined,
    verdict,
    target: async () => null,
  }
  return new Validator([bindings]).validate(resource, undefined, source, OPTIONS)
}

/** `error binding-required Patient.x` of each. */
async function told(resource: Record<string, unknown>, answers: Answers) {
  const issues = await issuesOf(resource, answers)
  return issues.map(({ severity, messageId, expression }) => `${severity} ${messageId} ${expression?.[0]}`)
}

const concept = (code: string, system = 'http://example.org/codes') => ({ coding: [{ system, code }] })
const out =
  (result: CodeVerdict['result']): Answers =>
  ({ valueSet }) =>
    valueSet ? result : 'in'

const condition = (more: Record<string, unknown>) => ({
  resourceType: 'Condition',
  subject: { reference: 'Patient/1' },
  ...more,
})

t.test('a code outside of a required value set is an error, and unknown ones are not', async (t) => {
  const resource = condition({ clinicalStatus: concept('activ') })
  t.strictSame(await told(resource, out('out')), ['error binding-required Condition.clinicalStatus'])
  t.strictSame(await told(resource, out('unknown')), ['warning binding-not-checked Condition.clinicalStatus'])
  t.strictSame(await told(resource, out('in')), [])
})

t.test('says once that a code is out, and why', async (t) => {
  const message =
    "http://example.org/codes#x is not in http://example.org/set: http://example.org/codes has no code 'x'"
  const answers = ({ valueSet }: CodeQuestion): CodeVerdict =>
    valueSet
      ? { result: 'out', message, faults: [] }
      : { result: 'out', faults: [{ coding: 0, kind: 'code', message: "http://example.org/codes has no code 'x'" }] }
  const issues = await issuesOf(condition({ clinicalStatus: concept('x') }), answers)
  t.strictSame(
    issues.map(({ diagnostics }) => diagnostics),
    [`${message}. The value set is required.`, "http://example.org/codes has no code 'x'"],
  )
})

t.test('asks once for all codings of a concept, by the canonical of the value set with its version', async (t) => {
  const asked: CodeQuestion[] = []
  const coding = [
    { system: 'http://example.org/a', code: '1', display: 'One', userSelected: true },
    { system: 'http://example.org/b', code: '2', version: '3' },
    { display: 'no code' },
  ]
  await issuesOf(condition({ clinicalStatus: { coding } }), () => 'in', asked)
  t.strictSame(
    asked.filter(({ valueSet }) => valueSet),
    [
      {
        valueSet: 'http://hl7.org/fhir/ValueSet/condition-clinical|4.0.1',
        codings: [
          { code: '1', system: 'http://example.org/a', display: 'One' },
          { code: '2', system: 'http://example.org/b', version: '3' },
        ],
      },
    ],
  )
})

t.test('extensible is a warning, preferred an information, an example is not asked about', async (t) => {
  const resource = condition({ category: [concept('a'), concept('b')], severity: concept('c'), code: concept('d') })
  t.strictSame(await told(resource, out('out')), [
    'warning binding-extensible Condition.category[0]',
    'warning binding-extensible Condition.category[1]',
    'information binding-preferred Condition.severity',
  ])
  t.strictSame(await told(resource, out('unknown')), [
    'information binding-not-checked Condition.category[0]',
    'information binding-not-checked Condition.category[1]',
  ])
})

t.test('a text alone is no code where one is required, a reason for its absence is', async (t) => {
  const absent = {
    extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
  }
  t.strictSame(await told(condition({ clinicalStatus: { text: 'active' } }), out('in')), [
    'error binding-no-code Condition.clinicalStatus',
  ])
  t.strictSame(await told(condition({ clinicalStatus: absent }), out('in')), [])
  t.strictSame(await told(condition({ category: [{ text: 'problem' }] }), out('in')), [])
})

t.test('the most that is allowed is an error whatever the strength', async (t) => {
  const resource = { resourceType: 'Patient', language: 'xx-nowhere' }
  const most = 'http://hl7.org/fhir/ValueSet/all-languages'
  t.strictSame(await told(resource, out('out')), ['error binding-max Patient.language'])
  t.strictSame(
    await told(resource, ({ valueSet }) => (valueSet === most ? 'in' : 'out')),
    [],
    'what is merely not common is not told',
  )
})

t.test('codes of value sets that the structure cannot list, their system inferred', async (t) => {
  const asked: CodeQuestion[] = []
  const resource = { resourceType: 'Binary', contentType: 'pdf' }
  t.match(await issuesOf(resource, out('out'), asked), [
    { severity: 'error', code: 'code-invalid', expression: ['Binary.contentType'], diagnostics: /^'pdf' is not in / },
  ])
  t.strictSame(asked, [
    {
      valueSet: 'http://hl7.org/fhir/ValueSet/mimetypes|4.0.1',
      codings: [{ code: 'pdf' }],
      inferSystem: true,
    },
  ])
  t.strictSame(await told({ resourceType: 'Patient', gender: 'male' }, out('out')), [], 'the structure has those')
})

t.test('formats of a server may be the short ones', async (t) => {
  const statement = {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-01-01',
    kind: 'requirements',
    fhirVersion: '4.0.1',
    format: ['json', 'xml', 'yaml'],
  }
  t.strictSame(await told(statement, out('out')), ['error binding-required CapabilityStatement.format[2]'])
})

t.test('units of quantities whose type is bound', async (t) => {
  const asked: CodeQuestion[] = []
  const resource = condition({
    onsetAge: { value: 3, unit: 'apples', system: 'http://unitsofmeasure.org', code: 'apple' },
  })
  const issues = await issuesOf(resource, out('out'), asked)
  t.match(issues, [{ severity: 'error', messageId: 'binding-max', expression: ['Condition.onsetAge'] }])
  t.strictSame(asked[0]?.codings, [{ system: 'http://unitsofmeasure.org', code: 'apple' }])
})

t.test('tells faults of codings that are known, at the coding', async (t) => {
  const fault = (kind: CodeVerdict['faults'][number]['kind']): Answers => {
    return ({ valueSet }) =>
      valueSet ? 'in' : { result: 'out', faults: [{ coding: 0, kind, message: 'is not right.' }] }
  }
  const code = { code: { text: 'x', ...concept('E11', 'http://hl7.org/fhir/sid/icd-10-cm') } }
  t.strictSame(await told(condition(code), fault('code')), ['warning code-unknown Condition.code.coding[0]'])
  t.strictSame(await told(condition(code), fault('display')), ['warning code-display Condition.code.coding[0]'])
  t.strictSame(await told(condition(code), fault('inactive')), ['warning code-inactive Condition.code.coding[0]'])
  const own = { code: concept('shoe', 'http://hl7.org/fhir/resource-types') }
  t.strictSame(await told(condition(own), fault('code')), ['error code-unknown Condition.code.coding[0]'])
})

t.test('asks nothing about a coding without a system or a code', async (t) => {
  const asked: CodeQuestion[] = []
  await issuesOf(condition({ code: { coding: [{ code: 'x' }, { system: 'http://a' }] } }), () => 'out', asked)
  t.strictSame(asked, [])
})

t.test('quotes no more than the beginning of a code', async (t) => {
  const [issue] = await issuesOf(condition({ clinicalStatus: concept('x'.repeat(5000)) }), out('out'))
  t.ok((issue?.diagnostics.length ?? 5000) < 400)
})

import t from 'tap'
import { FhirError } from '../../../resources/fhir-error.ts'
import type { ConceptSource, SourceOpener } from '../../../resources/terminology/concept-source.ts'
import { Terminology } from '../../../resources/terminology/terminology.ts'
import { CanonicalsOf, r4Resources } from '../../support/canonicals.ts'
import { ICD10CM, OpenerOf, someIcd10Cm } from '../../support/concept-sources.ts'

const DAY = '2026-11-29'
const URL = 'http://example.org/colours'
const system = (...codes: string[]) => ({
  resourceType: 'CodeSystem',
  url: URL,
  content: 'complete',
  caseSensitive: true,
  concept: codes.map((code) => ({ code, display: code.toUpperCase() })),
})
const set = {
  resourceType: 'ValueSet',
  url: 'http://example.org/vs/colours',
  compose: { include: [{ system: URL }] },
}
const asked = (code: string, more = {}) => ({ valueSet: set.url, codings: [{ system: URL, code, ...more }] })

t.test('is known without waiting once its value set is, and no longer than that', async (t) => {
  const canonicals = new CanonicalsOf([system('red', 'green'), set])
  const terminology = new Terminology({ canonicals })
  t.equal(terminology.verdictNow(asked('red'), DAY), undefined)
  t.same(await terminology.verdict(asked('red'), DAY), { result: 'in', faults: [] })
  t.same(terminology.verdictNow(asked('green'), DAY), { result: 'in', faults: [] }, 'another code of it')
  t.same(terminology.verdictNow({ ...asked('green', { system: undefined }), inferSystem: true }, DAY)?.result, 'in')
  t.equal(terminology.verdictNow(asked('blue'), DAY), undefined)
  t.match(await terminology.verdict(asked('blue'), DAY), { result: 'out', faults: [{ kind: 'code' }] })
  t.match(terminology.verdictNow(asked('blue'), DAY), { result: 'out' })
  canonicals.put(system('blue'))
  t.match(await terminology.verdict(asked('blue'), DAY), { result: 'in' })
  t.match(await terminology.verdict(asked('red'), DAY), { result: 'out' })
})

t.test('tells faults of codings that are in the value set', async (t) => {
  const terminology = new Terminology({
    canonicals: new CanonicalsOf([system('red'), set, ...r4Resources('CodeSystem')]),
  })
  const verdict = (...codings: object[]) => terminology.verdict({ valueSet: set.url, codings }, DAY)
  t.same(await verdict({ system: URL, code: 'red', display: 'Red' }), { result: 'in', faults: [] }, 'case aside')
  t.match(await verdict({ system: URL, code: 'red', display: 'Blue' }), {
    result: 'in',
    faults: [{ coding: 0, kind: 'display', message: "The name of red is 'RED', not 'Blue'" }],
  })
  t.match(await verdict({ system: URL, code: 'red' }, { system: URL, code: 'nope' }), {
    result: 'in',
    faults: [{ coding: 1, kind: 'code' }],
  })
  t.match(await verdict({ system: set.url, code: 'red' }), { result: 'out', faults: [{ coding: 0, kind: 'system' }] })
  t.match(await verdict({ system: 'http://nowhere.example.org', code: 'red' }), { result: 'out', faults: [] })
  t.match(await verdict({ code: 'red' }), { result: 'out' })
  t.match(await verdict({ display: 'red' }), { result: 'out' })
  t.match(await verdict(), { result: 'out' })
  t.match(await terminology.verdict({ valueSet: 'http://example.org/none', codings: [{ code: 'a' }] }, DAY), {
    result: 'unknown',
    message: /is not held here/,
  })
})

t.test('goes by the version of a coding, where that is a stretch of days', async (t) => {
  const valueSet = `${ICD10CM}?fhir_vs=billable`
  const terminology = new Terminology({ canonicals: new CanonicalsOf(), concepts: new OpenerOf(someIcd10Cm()) })
  const verdict = (version?: string) =>
    terminology.verdict(
      { valueSet, codings: [{ system: ICD10CM, code: 'I42.0', ...(version ? { version } : {}) }] },
      DAY,
    )
  t.match(await verdict('2026'), { result: 'in', faults: [] })
  t.match(await verdict('2027'), { result: 'out' })
  t.match(await verdict(), { result: 'out', message: /header since 2026-10-01/ })
})

t.test('answers that it is not known while a server elsewhere is away', async (t) => {
  let away = true
  const source: ConceptSource = someIcd10Cm()
  const external: SourceOpener = {
    open: async (system) => {
      if (away) throw FhirError.of('unavailable', 'The terminology server is away')
      return system === ICD10CM ? source : undefined
    },
    stamp: async () => '',
  }
  const terminology = new Terminology({ canonicals: new CanonicalsOf(), external })
  const question = { codings: [{ system: ICD10CM, code: 'E11' }] }
  t.match(await terminology.verdict(question, DAY), { result: 'unknown', message: 'The terminology server is away' })
  await t.rejects(terminology.lookup({ system: ICD10CM, code: 'E11' }), { name: 'FhirError', kind: 'unavailable' })
  away = false
  t.match(await terminology.verdict(question, DAY), { result: 'in' }, 'and is not kept')
})

t.test('is the same for those who see other definitions, but for these', async (t) => {
  const all = new Terminology({ canonicals: new CanonicalsOf([system('red'), set]) })
  const some = all.seenBy(new CanonicalsOf([set]))
  t.match(await all.verdict(asked('red'), DAY), { result: 'in' })
  t.match(await some.verdict(asked('red'), DAY), { result: 'unknown' })
})

t.test('gives as many answers at once as are asked for', async (t) => {
  const terminology = new Terminology({ canonicals: new CanonicalsOf([system('red', 'green'), set]) })
  const codes = Array.from({ length: 300 }, (_, at) => ['red', 'green', 'blue'][at % 3]!)
  const verdicts = await Promise.all(codes.map((code) => terminology.verdict(asked(code), DAY)))
  t.same(
    verdicts.map(({ result }) => result),
    codes.map((code) => (code === 'blue' ? 'out' : 'in')),
  )
})

t.test('takes a coding of another system than that which is asked about for wrong', async (t) => {
  const terminology = new Terminology({ canonicals: new CanonicalsOf([system('red')]) })
  const validate = (coding: object, more = {}) =>
    terminology.validateCode({ system: { url: URL }, codings: [coding], ...more })
  t.match(await validate({ code: 'red' }), { result: true, code: 'red', display: 'RED' })
  t.match(await validate({ system: 'http://other.example.org', code: 'red' }), { result: false, unknown: undefined })
  t.match(await validate({ code: 'red', display: 'Blue' }), { result: false, display: 'RED' })
  t.match(await validate({ code: 'red', display: 'Blue' }, { lenientDisplay: true }), {
    result: true,
    message: /not 'Blue'/,
  })
  const inline = {
    system: { resource: { ...system('pink'), url: 'http://inline.example.org' } },
    codings: [{ code: 'pink' }],
  }
  t.match(await terminology.validateCode(inline), { result: true, system: 'http://inline.example.org' })
  t.match(await terminology.validateCode({ system: { url: URL, version: '9' }, codings: [{ code: 'red' }] }), {
    result: false,
    unknown: true,
  })
})

t.test('a code without a system may be in what is not held', async (t) => {
  const include = [{ valueSet: ['http://nowhere/a'] }, { valueSet: ['http://nowhere/b'] }]
  const within = { resourceType: 'ValueSet', url: 'http://example.org/vs/elsewhere', compose: { include } }
  const terminology = new Terminology({ canonicals: new CanonicalsOf([within]), today: () => DAY })
  const question = { valueSet: within.url, codings: [{ code: 'M' }], inferSystem: true as const }
  t.match(await terminology.verdict(question, DAY), { result: 'unknown', message: /nowhere/ })
})

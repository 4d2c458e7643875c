import t from 'tap'
import { Terminology } from '../../../resources/terminology/terminology.ts'
import { CanonicalsOf } from '../../support/canonicals.ts'
import { ICD10CM, OpenerOf, someIcd10Cm } from '../../support/concept-sources.ts'

const set = {
  resourceType: 'ValueSet',
  url: 'http://example.org/billable',
  compose: { include: [{ system: ICD10CM, filter: [{ property: 'billable', op: '=', value: 'true' }] }] },
}
const terminology = new Terminology({
  canonicals: new CanonicalsOf([set]),
  concepts: new OpenerOf(someIcd10Cm()),
  today: () => '2026-11-29',
})
const inSystem = (code: string, day?: string, more = {}) =>
  terminology.validateCode({ system: { url: ICD10CM }, codings: [{ code }], ...(day ? { day } : {}), ...more })
const inSet = (code: string, day: string) =>
  terminology.validateCode({ valueSet: { url: set.url }, codings: [{ system: ICD10CM, code }], day })

t.test('tells since when a code is a header, and what to use', async (t) => {
  t.match(await inSystem('I42.0', '2026-09-30'), { result: true, issues: [] })
  const after = await inSystem('I42.0', '2026-10-01')
  t.match(after, { result: true, version: '2027', display: 'Dilated cardiomyopathy' })
  t.equal(after.message, 'I42.0 is a header since 2026-10-01, billable until 2026-09-30; use I42.00, I42.01')
  t.equal((await inSystem('E11', '2026-09-30')).message, 'E11 is a header: not billable; use E11.00, E11.01, E11.9')
  t.match(await inSystem('E11', '2026-09-30', { abstract: false }), { result: false, issues: [{ severity: 'error' }] })
})

t.test('refuses headers where a value set asks for billable codes', async (t) => {
  t.match(await inSet('I42.0', '2026-09-30'), { result: true })
  const after = await inSet('I42.0', '2026-10-01')
  t.match(after, { result: false, issues: [{ severity: 'error', code: 'code-invalid' }] })
  t.match(after.message, /is not in .*: I42\.0 is a header since 2026-10-01, billable until 2026-09-30; use I42\.00/)
  t.match(await inSet('E11', '2026-10-01'), { result: false, message: /not billable; use E11\.00/ })
  t.match(await inSet('I42.00', '2026-10-01'), { result: true })
  t.match(await inSet('I42.00', '2026-09-30'), { result: false, message: /I42\.00 is valid from 2026-10-01 on/ })
  const own = { url: `${ICD10CM}?fhir_vs=billable` }
  const answer = await terminology.validateCode({ valueSet: own, codings: [{ system: ICD10CM, code: 'E11' }] })
  t.match(answer, { result: false, message: /E11 is a header/ })
})

t.test('says until when a code was one, and which there never was', async (t) => {
  t.match(await inSystem('Z99.0', '2025-09-30'), { result: true })
  t.match(await inSystem('Z99.0'), { result: false, message: 'Z99.0 was valid until 2025-09-30, not on 2026-11-29' })
  t.match(await inSystem('Q00'), { result: false, message: `${ICD10CM} has no code 'Q00'`, unknown: undefined })
})

t.test('takes a version for its last day that is not to come', async (t) => {
  const version = (version: string) =>
    terminology.validateCode({ system: { url: ICD10CM, version }, codings: [{ code: 'Z99.0' }] })
  t.match(await version('2025'), { result: true, version: '2025' })
  t.match(await version('2026'), { result: false, version: '2026' })
  t.match(await version('2031'), { result: false, unknown: true, message: /not held here/ })
  const asked = terminology.lookup({ system: ICD10CM, version: '2031', code: 'Z99.0' })
  await t.rejects(asked, {
    name: 'FhirError',
    issues: [{ diagnostics: `The code system ${ICD10CM}|2031 is not held here, but 2025, 2026, 2027` }],
  })
  const coding = { system: ICD10CM, version: '2026', code: 'I42.0' }
  t.match(await terminology.validateCode({ system: {}, codings: [coding] }), { result: true, version: '2026' })
  t.equal((await terminology.validateCode({ codings: [coding] })).message, undefined)
})

t.test('lookup of a header lists its children and the billable codes below it', async (t) => {
  const answer = await terminology.lookup({ system: ICD10CM, code: 'e11', day: '2026-11-29' })
  t.match(answer, {
    name: 'ICD10CM',
    version: '2027',
    code: 'E11',
    display: 'Type 2 diabetes mellitus',
    abstract: false,
  })
  const of = (name: string) => answer.properties.filter(({ code }) => code === name).map(({ value }) => value)
  t.same(of('parent'), ['E08-E13'])
  t.same(of('child'), ['E11.0', 'E11.9'])
  t.same(of('billable-child'), ['E11.00', 'E11.01', 'E11.9'])
  t.same(of('billable'), [false])
  const dated = await terminology.lookup({ system: ICD10CM, code: 'I42.0', day: '2026-09-30', properties: ['endDate'] })
  t.match(dated, { to: '2026-09-30', from: undefined })
  t.same(dated.properties, [{ code: 'endDate', type: 'dateTime', value: '2026-09-30' }])
  await t.rejects(terminology.lookup({ system: ICD10CM, code: 'I42.00', day: '2026-01-01' }), {
    name: 'FhirError',
    kind: 'not-found',
    issues: [{ diagnostics: 'I42.00 is valid from 2026-10-01 on, not on 2026-01-01' }],
  })
})

t.test('expands to the codes of the day', async (t) => {
  const codes = async (day: string, more = {}) => {
    const expanded = await terminology.expand({ valueSet: { url: set.url }, day, ...more })
    return (expanded.expansion as { contains: { code: string }[] }).contains.map(({ code }) => code)
  }
  t.same(await codes('2025-09-30'), ['E11.00', 'E11.01', 'E11.9', 'I42.0', 'I42.1', 'Z99.0'])
  t.same(await codes('2026-10-01'), ['E11.00', 'E11.01', 'E11.9', 'I42.00', 'I42.01', 'I42.1'])
  t.same(await codes('2026-10-01', { filter: 'dilated cardiomiopathy' }), ['I42.00', 'I42.01'])
  const locked = { ...set, url: undefined, compose: { ...set.compose, lockedDate: '2026-09-30' } }
  const answer = await terminology.validateCode({
    valueSet: { resource: locked },
    codings: [{ system: ICD10CM, code: 'I42.0' }],
    day: '2026-11-29',
  })
  t.equal(answer.result, true, 'a date that the definition is locked to goes before that of the question')
})

import t from 'tap'
import { r4Canonicals } from '../../../resources/conformance/r4.ts'
import { positionsOf } from '../../../resources/json/position.ts'
import { timeWithin } from '../../../resources/path/within-time.ts'
import { Cost } from '../../../resources/validation/cost.ts'
import { invariantFor } from '../../../resources/validation/invariants/invariant.ts'
import { invariants } from '../../../resources/validation/invariants/layer.ts'
import { withSnapshot } from '../../../resources/validation/profiles/snapshot.ts'
import type { Known, StructureDefinitionLike } from '../../../resources/validation/question.ts'
import { values } from '../../../resources/validation/values/layer.ts'
import { bodyPlace, placesOfMember } from '../../../resources/validation/walk.ts'
import { findingsOf } from '../../support/findings.ts'

const nothing: Known = { structure: () => null, verdict: () => undefined, target: () => null }
const OBSERVATION = { resourceType: 'Observation', status: 'final', code: { text: 'x' } }
const times = <Item>(count: number, make: (at: number) => Item) => Array.from({ length: count }, (_, at) => make(at))

t.test('invariants that take too long are given up for all places together, as an error', async (t) => {
  const body = bodyPlace({ resourceType: 'Patient', name: times(400, () => ({ family: `${'a'.repeat(40)}!` })) })
  const found: { messageId: string; severity: string }[] = []
  const run = {
    body,
    known: nothing,
    options: { profiles: [], strictExtensions: false, mustSupport: false },
    cost: new Cost(),
    report: (_: unknown, finding: { messageId: string; severity: string }) => void found.push(finding),
  }
  const evil = invariantFor("family.matches('^(a+)+$')", 'HumanName')
  for (const place of placesOfMember(body, 'name')) evil(place, run)
  const ids = found.map(({ messageId }) => messageId)
  t.equal(ids.at(-1), 'invariant-too-costly')
  t.equal(found.at(-1)?.severity, 'error')
  t.ok(ids.length < 50, 'it is told once, and the rest not tried')
})

t.test('of thousands of issues the first are told, and how many are left out', async (t) => {
  const identifier = times(3000, () => ({ system: 'http://hl7.org/fhir/sid/us-npi', value: '1234567890' }))
  const found = await findingsOf([values], { resourceType: 'Patient', identifier })
  t.equal(found.length, 1001)
  t.equal(found.at(-1), 'information issues-left-out Patient')
})

t.test('issues of large bodies are in the order, and at the places, of those of small ones', async (t) => {
  const wrong = { name: { text: 'x' }, period: { start: '2020', end: '2019' } }
  const contact = times(1500, (at) => (at === 1400 ? wrong : { gender: 'male', name: { text: 'x' } }))
  const found = await findingsOf([invariants], {
    resourceType: 'Patient',
    active: true,
    contact,
    _birthDate: { id: 'x' },
  })
  t.strictSame(found, ['error per-1 Patient.contact[1400].period', 'error ele-1 Patient.birthDate'])
})

t.test('a reference to what is contained is found by its id, and only in its container', async (t) => {
  const contained = times(5000, (at) => ({ resourceType: 'Patient', id: `p${at}` }))
  const performer = times(5000, (at) => ({ reference: `#p${at + 1}` }))
  const found = await findingsOf([invariants], { ...OBSERVATION, contained, performer })
  t.strictSame(
    new Set(found),
    new Set(['error ref-1 Observation.performer[4999]', 'error dom-3 Observation.contained[0]']),
  )
})

t.test('a differential of thousands of slices gives no snapshot', async (t) => {
  const find = async (url: string) =>
    ((await r4Canonicals.find('StructureDefinition', url, undefined))?.resource as
      | StructureDefinitionLike
      | undefined) ?? null
  const of = (count: number): StructureDefinitionLike => ({
    url: 'http://x.org/p',
    type: 'Patient',
    kind: 'resource',
    derivation: 'constraint',
    baseDefinition: 'http://hl7.org/fhir/StructureDefinition/Patient',
    differential: {
      element: [
        { id: 'Patient', path: 'Patient' },
        ...times(count, (at) => ({ id: `Patient.extension:x${at}`, path: 'Patient.extension', sliceName: `x${at}` })),
      ],
    },
  })
  t.ok(await withSnapshot(of(100), find))
  t.equal(await withSnapshot(of(5000), find), undefined)
})

t.test('positions in one line, told for each of many offsets', async (t) => {
  const text = Buffer.from(`${'é'.repeat(10)}\n${'😀'.repeat(10)}x`)
  t.strictSame(positionsOf(text, [29, 21, 2, 61, 0]), [
    { line: 2, column: 5 },
    { line: 2, column: 1 },
    { line: 1, column: 2 },
    { line: 2, column: 21 },
    { line: 1, column: 1 },
  ])
})

t.test('an expression that cannot be read is read once', async (t) => {
  const body = bodyPlace({ resourceType: 'Patient', name: times(200, () => ({ family: 'x' })) })
  const found: string[] = []
  const report = (_: unknown, { messageId }: { messageId: string }) => void found.push(messageId)
  const options = { profiles: [], strictExtensions: false, mustSupport: false }
  const run = { body, known: nothing, options, cost: new Cost(), report }
  const [first, ...more] = placesOfMember(body, 'name')
  const broken = invariantFor('%resource.descendants().aggregate($total + 1, 0) > 0 and $i = $i', 'HumanName')
  t.equal(broken(first!, run), true)
  const before = timeWithin()
  for (const place of more) broken(place, run)
  t.equal(timeWithin(), before)
  t.ok(found.every((id) => id === 'invariant-unanswered'))
})

t.test('an expression of thousands of parentheses is not answered', async (t) => {
  const body = bodyPlace({ resourceType: 'Patient', name: [{ family: 'x' }] })
  const found: string[] = []
  const report = (_: unknown, { messageId }: { messageId: string }) => void found.push(messageId)
  const options = { profiles: [], strictExtensions: false, mustSupport: false }
  const run = { body, known: nothing, options, cost: new Cost(), report }
  const deep = `${'('.repeat(20_000)}true${')'.repeat(20_000)}`
  t.equal(invariantFor(deep, 'Patient')(body, run), true)
  t.strictSame(found, ['invariant-unanswered'])
  t.equal(invariantFor(times(20_000, () => 'true').join(' and '), 'Patient')(body, run), true)
})

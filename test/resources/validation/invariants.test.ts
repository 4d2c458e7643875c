import t from 'tap'
import { invariantFor } from '../../../resources/validation/invariants/invariant.ts'
import { invariants } from '../../../resources/validation/invariants/layer.ts'
import type { Known } from '../../../resources/validation/question.ts'
import { Validator } from '../../../resources/validation/validator.ts'
import { bodyPlace } from '../../../resources/validation/walk.ts'

const nothing: Known = { structure: () => null, verdict: () => undefined, target: () => null }
const source = {
  structureNow: () => null,
  structure: async () => null,
  verdictNow: () => undefined,
  verdict: async () => ({ result: 'unknown' as const, faults: [] }),
  target: async () => null,
}
const options = { profiles: [], strictExtensions: false, mustSupport: false }
const validator = new Validator([invariants])
const keys = async (resource: Record<string, unknown>) =>
  (await validator.validate(resource, undefined, source, options)).map(({ messageId, expression }) => [
    messageId,
    expression?.[0],
  ])

t.test("R4's own invariants are found with their place", async (t) => {
  t.strictSame(await keys({ resourceType: 'Patient', contact: [{ gender: 'male' }] }), [
    ['pat-1', 'Patient.contact[0]'],
  ])
  t.strictSame(await keys({ resourceType: 'Patient', contact: [{ name: { text: 'x' } }] }), [])
  t.strictSame(
    await keys({
      resourceType: 'Organization',
      name: 'x',
      telecom: [{ value: '1' }, { use: 'home', system: 'phone' }],
    }),
    [
      ['org-3', 'Organization.telecom[1]'],
      ['cpt-2', 'Organization.telecom[0]'],
    ],
  )
})

t.test('an invariant of any expression', async (t) => {
  const found: unknown[] = []
  const body = bodyPlace({ resourceType: 'Patient', active: true })
  const run = { body, known: nothing, options, report: (_: unknown, finding: unknown) => void found.push(finding) }
  t.equal(invariantFor('active', 'Patient')(body, run), true)
  t.equal(invariantFor('name.exists()', 'Patient')(body, run), false)
  t.equal(invariantFor('name', 'Patient')(body, run), false, 'nothing is not met')
  t.strictSame(found, [])
  t.equal(invariantFor('1 +', 'Patient')(body, run), true)
  t.match(found, [{ severity: 'warning', messageId: 'invariant-unanswered' }])
})

t.test('elements and extensions', async (t) => {
  const of = (more: object) => keys({ resourceType: 'Patient', ...more })
  t.strictSame(await of({ name: [{ id: 'x' }] }), [['ele-1', 'Patient.name[0]']])
  t.strictSame(await of({ _birthDate: { id: 'x' } }), [['ele-1', 'Patient.birthDate']])
  t.strictSame(await of({ birthDate: '1980', _birthDate: { id: 'x' } }), [])
  const url = 'http://x.org'
  t.strictSame(await of({ extension: [{ url }] }), [['ext-1', 'Patient.extension[0]']])
  t.strictSame(await of({ extension: [{ url, valueCode: 'x', extension: [{ url, valueCode: 'y' }] }] }), [
    ['ext-1', 'Patient.extension[0]'],
  ])
  t.strictSame(await of({ _gender: { extension: [{ url }] } }), [['ext-1', 'Patient.gender.extension[0]']])
  t.strictSame(await of({ extension: [{ url, _valueCode: { extension: [{ url, valueCode: 'y' }] } }] }), [])
})

t.test('that narrative is missing is told where good practice is asked for', async (t) => {
  const of = async (resource: Record<string, unknown>) =>
    (await validator.validate(resource, undefined, source, { ...options, bestPractices: true })).map(
      ({ messageId, severity }) => [messageId, severity],
    )
  t.strictSame(await of({ resourceType: 'Patient' }), [['dom-6', 'information']])
  t.strictSame(await of({ resourceType: 'Patient', text: { status: 'empty', div: '<div>x</div>' } }), [])
  t.strictSame(await of({ resourceType: 'Binary', contentType: 'text/plain' }), [])
})

t.test("R4's own are checked as they are meant", async (t) => {
  const period = (start: string, end: string) =>
    keys({ resourceType: 'Patient', name: [{ text: 'x', period: { start, end } }] })
  t.strictSame(await period('2020-01-01', '2020-01-01T10:00:00Z'), [], 'an hour of the day')
  t.strictSame(await period('2020-01', '2020'), [])
  t.strictSame(await period('2020-01-02', '2020-01-01T10:00:00Z'), [['per-1', 'Patient.name[0].period']])
  t.strictSame(await period('2020-01-01T10:00:00+01:00', '2020-01-01T08:59:59Z'), [['per-1', 'Patient.name[0].period']])
  const item = (...items: object[]) => keys({ resourceType: 'Questionnaire', status: 'draft', item: items })
  const text = { text: 'x', type: 'string' }
  t.strictSame(await item({ linkId: '1', ...text }, { linkId: '2', ...text }), [])
  const group = { linkId: '1', type: 'group', item: [{ linkId: '1', ...text }] }
  t.strictSame(await item(group), [['que-2', 'Questionnaire']])
  const same = { linkId: '2', ...text }
  t.strictSame(await item({ ...group, item: [same, same] }), [['que-2', 'Questionnaire']])
  const range = (low: object, high: object) =>
    keys({ resourceType: 'Observation', status: 'final', code: { text: 'x' }, valueRange: { low, high } })
  const ucum = { system: 'http://unitsofmeasure.org' }
  t.strictSame(await range({ value: 1, ...ucum, code: 'g' }, { value: 2, ...ucum, code: 'mg' }), [
    ['rng-2', 'Observation.valueRange'],
  ])
  t.strictSame(await range({ value: 1, ...ucum, code: 'mg' }, { value: 2, ...ucum, code: 'g' }), [])
})

t.test('no expression takes for ever', async (t) => {
  const found: { messageId?: string }[] = []
  const given = Array.from({ length: 3000 }, (_, at) => `${'a'.repeat(40)}${at}`)
  const body = bodyPlace({ resourceType: 'Patient', name: [{ given }] })
  const run = { body, known: nothing, options, report: (_: unknown, finding: object) => void found.push(finding) }
  for (const expression of [
    "name.given.all(matches('^(a+)+$'))",
    'name.given.all(%resource.name.given.all(%resource.name.given.all($this.length() > 0)))',
    `name.given.all(${'('.repeat(5000)}true${')'.repeat(5000)})`,
  ]) {
    t.equal(invariantFor(expression, 'Patient')(body, run), true, expression.slice(0, 60))
    t.equal(found.pop()?.messageId, 'invariant-unanswered')
  }
})

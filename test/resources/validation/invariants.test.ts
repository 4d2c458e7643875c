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

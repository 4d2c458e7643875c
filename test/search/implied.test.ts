import fc from 'fast-check'
import t from 'tap'
import type { IndexEntry } from '../../resources/store/port.ts'
import { inCompartment } from '../../search/compartment.ts'
import { allOf, type Expression } from '../../search/expression.ts'
import { beyond } from '../../search/implied.ts'
import { matches } from '../../search/matches.ts'
import { manner } from '../support/oracle/runs.ts'

const ofPatient = (param: string, ...ids: string[]): Expression => ({
  kind: 'reference',
  param,
  targets: ids.map((id) => ({ type: 'Patient', id })),
  bare: { types: [], ids: [] },
  uris: [],
})
const bare = (param: string, types: string[], ids: string[]): Expression => ({
  kind: 'reference',
  param,
  targets: [],
  bare: { types, ids },
  uris: [],
})
const OF_ONE = inCompartment({ type: 'Patient', id: '1' }, 'Condition')!

t.test('what the search says already is not asked again', async (t) => {
  t.strictSame(beyond(OF_ONE, ofPatient('patient', '1')), { kind: 'all' })
  t.strictSame(beyond(OF_ONE, bare('patient', ['Patient'], ['1'])), { kind: 'all' })
  const code: Expression = { kind: 'token', param: 'code', tests: [{ system: 's', code: 'c' }] }
  t.strictSame(beyond(OF_ONE, { kind: 'and', parts: [code, ofPatient('patient', '1')] }), { kind: 'all' })
  t.strictSame(beyond({ kind: 'and', parts: [OF_ONE, code] }, ofPatient('patient', '1')), code)
})

t.test('what it does not say is asked', async (t) => {
  const others: Expression[] = [
    { kind: 'all' },
    ofPatient('patient', '2'),
    ofPatient('patient', '1', '2'),
    ofPatient('recorder', '1'),
    bare('patient', ['Patient', 'Group'], ['1']),
    { kind: 'or', parts: [ofPatient('patient', '1'), ofPatient('patient', '2')] },
    { kind: 'not', part: ofPatient('patient', '1') },
  ]
  for (const where of others) t.strictSame(beyond(OF_ONE, where), OF_ONE, JSON.stringify(where))
  t.strictSame(beyond({ kind: 'none' }, ofPatient('patient', '1')), { kind: 'none' })
})

const param = fc.constantFrom('patient', 'asserter')
const type = fc.constantFrom('Patient', 'Group')
const id = fc.constantFrom('1', '2')
const target = fc.record({ type, id })
const reference: fc.Arbitrary<Expression> = fc.record({
  kind: fc.constant('reference' as const),
  param,
  targets: fc.array(target, { maxLength: 2 }),
  bare: fc.record({ types: fc.uniqueArray(type), ids: fc.uniqueArray(id) }),
  uris: fc.subarray(['u', 'v'], { maxLength: 1 }),
})
const leaf: fc.Arbitrary<Expression> = fc.oneof(
  reference,
  fc.record({ kind: fc.constant('id' as const), ids: fc.uniqueArray(id) }),
)
const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.record({ kind: fc.constant('not' as const), part: tie('expression') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      parts: fc.array(tie('expression'), { maxLength: 3 }),
    }),
  ),
}))
const entry: fc.Arbitrary<IndexEntry> = fc.oneof(
  fc.tuple(fc.constant('reference' as const), param, type, id),
  fc.tuple(fc.constant('uri' as const), param, fc.constantFrom('u', 'v')),
)

t.test('the same is found, whatever is asked and whatever may be seen', async (t) => {
  fc.assert(
    fc.property(expression, expression, id, fc.array(entry, { maxLength: 4 }), (narrowing, where, id, entries) => {
      const facts = { id, lastUpdated: 0, entries }
      const both = matches(allOf([where, narrowing]), facts)
      return matches(allOf([where, beyond(narrowing, where)]), facts) === both
    }),
    manner(3000),
  )
  t.pass('3,000 pairs')
})

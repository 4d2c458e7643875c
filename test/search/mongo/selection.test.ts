import t from 'tap'
import type { Expression } from '../../../search/expression.ts'
import type { Readable } from '../../../search/mongo/reading.ts'
import { selectionOf } from '../../../search/mongo/selection.ts'

const ALL = { byType: {}, others: { kind: 'all' } } as const
const locks = (where: Expression, type = 'Patient') =>
  selectionOf({} as Readable, { type, where, restriction: ALL }, { time: 1, between: 1 }).locks
const token = (param: string, ...codes: (string | undefined)[]): Expression => ({
  kind: 'token',
  param,
  tests: codes.map((code) => ({ system: 'urn:s', code })),
})
const and = (...parts: Expression[]): Expression => ({ kind: 'and', parts })
const share = (one: readonly string[], other: readonly string[]) => one.some((lock) => other.includes(lock))

t.test('who asks for one identifier shares a lock, whatever else is asked', async (t) => {
  const plain = locks(token('identifier', 'a'))
  t.ok(share(plain, locks(and(token('identifier', 'a'), token('gender', 'male')))))
  t.ok(share(plain, locks(token('identifier', 'b', 'a'))))
  t.ok(share(plain, locks({ kind: 'token', param: 'identifier', tests: [{ system: undefined, code: 'a' }] })))
  t.notOk(share(plain, locks(token('identifier', 'b'))))
  t.notOk(share(plain, locks(token('identifier', 'a'), 'Group')))
})

t.test('of other searches those share one that ask the same, in whatever order', async (t) => {
  const [male, active] = [token('gender', 'male', 'other'), token('active', 'true')]
  t.strictSame(locks(and(male, active)), locks(and(active, token('gender', 'other', 'male'))))
  t.notOk(share(locks(male), locks(active)))
  t.notOk(share(locks(male), locks(and(male, active))))
  t.strictSame(locks(token('identifier', undefined)).length, 1, 'a system alone names nothing')
  const range = (low: number): Expression => ({
    kind: 'range',
    param: 'date',
    tests: [{ unit: '', all: [['low', '>', low]] }],
  })
  t.notOk(share(locks(range(1)), locks(range(2))))
})

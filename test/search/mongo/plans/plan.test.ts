import t from 'tap'
import type { DeclaredIndex } from '../../../../resources/store/mongo/indexes.ts'
import { declarationFaults } from '../../../../search/mongo/plans/declaration.ts'
import { faultsOf } from '../../../../search/mongo/plans/faults.ts'
import { planOf } from '../../../../search/mongo/plans/plan.ts'
import type { Query } from '../../../../search/mongo/plans/recorder.ts'

const indexes = (...keys: DeclaredIndex['key'][]): DeclaredIndex[] => {
  return keys.map((key) => ({ name: Object.keys(key).join(), key }))
}
const KEYS = indexes({ k: 1, _id: 1 })
const RANGES = indexes({ 'r.p': 1, 'r.u': 1, 'r.l': 1, 'r.h': 1, _id: 1 })
const BY_ID = { _id: 1 } as const

const plan = (filter: Query['filter'], sort: Query['sort'], declared: DeclaredIndex[]) => {
  return planOf({ type: 'Observation', filter, ...(sort ? { sort } : {}) }, declared)
}
const faults = (filter: Query['filter'], sort: Query['sort'], declared: DeclaredIndex[]) => {
  const query: Query = { type: 'Observation', filter, ...(sort ? { sort } : {}) }
  return faultsOf(query, planOf(query, declared))
}
const stretch = (low: object, high: object, more = {}) => {
  return { r: { $elemMatch: { p: 'value', u: '', l: low, h: high, ...more } } }
}

t.test('a key gives what has it in the order of ids, either way', async (t) => {
  t.match(plan({ k: 'a' }, BY_ID, KEYS), { indexes: ['k,_id'], sort: 'in order', selectivity: 'one key', rest: [] })
  t.match(plan({ k: 'a' }, { _id: -1 }, KEYS), { sort: 'in order' })
  t.match(plan({ k: 'a' }, { t: 1, _id: 1 }, KEYS), { sort: 'not' })
  t.strictSame(faults({ k: 'a' }, { t: 1, _id: 1 }, KEYS), ['sorted in memory'])
})

t.test('an order is given where all of its directions are those of the index, or none', async (t) => {
  const declared = indexes({ pk: 1, t: -1, _id: 1 })
  t.match(plan({ pk: 'x' }, { t: -1, _id: 1 }, declared), { sort: 'in order' })
  t.match(plan({ pk: 'x' }, { t: 1, _id: -1 }, declared), { sort: 'in order' })
  t.match(plan({ pk: 'x' }, { t: 1, _id: 1 }, declared), { sort: 'not' })
  t.match(plan({ pk: 'x' }, BY_ID, declared), { sort: 'not' }, 'a field stands between')
  t.match(plan({ pk: 'x', t: 5 }, BY_ID, declared), { sort: 'in order' }, 'of which there is one value')
  t.match(plan({ pk: 'x', t: { $gt: 5 } }, BY_ID, declared), { sort: 'not' }, 'or many')
  t.match(plan({ pk: 'x' }, { pk: 1, t: -1 }, indexes({ pk: 1, t: -1 })), { sort: 'in order' }, 'one value is no order')
  t.match(plan({ pk: { $in: ['x', 'y'] } }, { pk: 1 }, declared), { sort: 'not' }, 'an array is none')
})

t.test('a few stretches are merged, many are not', async (t) => {
  const some = (count: number) => ({ k: { $in: Array.from({ length: count }, (_, at) => `p${at}`) } })
  t.match(plan(some(200), BY_ID, KEYS), { sort: 'merged', stretches: 200 })
  t.match(plan(some(201), BY_ID, KEYS), { sort: 'not', stretches: 201 })
  t.strictSame(faults(some(20_001), undefined, KEYS), ['unbounded list'])
  t.match(plan({ _id: { $in: ['a', 'b'] } }, BY_ID, []), { indexes: ['_id'], sort: 'in order' })
  const two = indexes({ k: 1, t: 1, _id: 1 })
  const both = { k: { $in: ['a', 'b', 'c'] }, t: { $in: Array.from({ length: 70 }, (_, at) => at) } }
  t.match(plan(both, BY_ID, two), { sort: 'not', stretches: 210 })
  t.match(plan(both, { t: 1 }, two), { sort: 'merged' })
})

t.test('of an array one thing bounds an index, unless it is about one element', async (t) => {
  const two = plan({ $and: [{ k: 'a' }, { k: 'b' }] }, BY_ID, KEYS)
  t.match(two, { sort: 'in order', rest: ['k'] })
  const open = plan({ k: { $gte: 'a\u0000sx', $lt: 'a\u0000sy' } }, undefined, KEYS)
  t.match(open.bounds[0]![0]!.test, { kind: 'range', low: true, high: false })
  const closed = plan({ k: { $elemMatch: { $gte: 'a\u0000sx', $lt: 'a\u0000sy' } } }, undefined, KEYS)
  t.match(closed.bounds[0]![0]!.test, { kind: 'range', low: true, high: true })
  t.equal(closed.selectivity, 'a stretch of keys')
  const all = plan({ k: { $elemMatch: { $gte: 'a\u0000s', $lt: 'a\u0000s\u{10ffff}' } } }, undefined, KEYS)
  t.equal(all.selectivity, 'all values of a parameter')
})

t.test('fields of one element bound an index together, those of several do not', async (t) => {
  t.match(plan(stretch({ $gte: 1 }, { $lte: 2 }), undefined, RANGES), { selectivity: 'all from a moment on' })
  t.match(plan(stretch({ $gte: 1, $lte: 2 }, { $lte: 2 }), undefined, RANGES), { selectivity: 'a stretch of values' })
  const apart = { $and: [stretch({ $gte: 1 }, { $gte: 1 }), stretch({ $lte: 2 }, { $lte: 2 })] }
  t.match(plan(apart, undefined, RANGES), { selectivity: 'all from a moment on' })
  const loose = { 'r.p': 'value', 'r.u': '', 'r.l': { $gte: 1, $lt: 2 } }
  t.match(plan(loose, undefined, RANGES), { selectivity: 'all values of a parameter' })
  t.strictSame(faults(stretch({ $gte: 1 }, { $gte: 1 }), BY_ID, RANGES), ['sorted in memory', 'walked through'])
})

t.test('alternatives have an index each, and the order of all', async (t) => {
  const declared = [...KEYS, ...indexes({ live: 1, t: 1, _id: 1 })]
  t.match(plan({ $or: [{ k: 'a' }, { k: 'b' }] }, BY_ID, declared), { sort: 'merged', stretches: 2 })
  t.match(plan({ $or: [{ k: 'a' }, { live: true, t: { $gt: 5 } }] }, BY_ID, declared), {
    indexes: ['k,_id', 'live,t,_id'],
    sort: 'not',
    selectivity: 'all from a moment on',
  })
  t.strictSame(faults({ $or: [{ k: 'a' }, { g: 1 }] }, undefined, declared), ['no index'])
  t.match(plan({ $and: [{ k: 'a' }, { $or: [{ g: 1 }, { g: 2 }] }] }, BY_ID, declared), {
    indexes: ['k,_id'],
    rest: ['g'],
  })
  const besides = { $and: [{ _id: { $gt: 'x' } }, { $or: [{ k: 'a' }, { k: 'b' }] }] }
  t.match(plan(besides, BY_ID, declared).bounds[0]![1], { path: '_id', test: { low: true } })
})

t.test('what nothing serves is read through', async (t) => {
  t.strictSame(faults({ bytes: 5 }, undefined, KEYS), ['no index'])
  t.strictSame(faults({ $nor: [{ k: 'a' }] }, BY_ID, KEYS), ['walked through'])
  t.strictSame(faults({ live: true }, BY_ID, KEYS), [], 'save where nearly all is found')
  t.strictSame(faults({ k: 'status\u0000tfinal\u0000http://x', g: 1 }, BY_ID, KEYS), ['walked through'])
  t.strictSame(faults({ k: 'status\u0000tfinal\u0000http://x' }, BY_ID, KEYS), [])
  t.strictSame(faults({ k: 'a' }, 'computed', KEYS), ['sorted in memory'])
  t.strictSame(faults({ pk: 'x' }, 'computed', indexes({ pk: 1 })), [], 'but for a patient')
})

t.test('indexes that MongoDB would refuse', async (t) => {
  const refused = (...keys: DeclaredIndex['key'][]) => declarationFaults(indexes(...keys)).length
  t.equal(refused({ k: 1, 'r.p': 1 }), 1, 'two arrays, as it says when a document is written')
  t.equal(refused({ pk: 1, k: 1 }), 1)
  t.equal(refused({ 'r.p': 1, 'r.l': 1, _id: 1 }), 0)
  t.equal(refused({ k: 1 }, { k: 1 }), 2, 'the same again')
  t.equal(declarationFaults([{ name: 'age', key: { at: 1, _id: 1 }, expireAfterSeconds: 1 }]).length, 1)
  t.equal(refused(...Array.from({ length: 64 }, (_, at) => ({ [`f${at}`]: 1 as const }))), 1)
})

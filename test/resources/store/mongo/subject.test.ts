import t from 'tap'
import { prepare } from '../../../../resources/store/mongo/prepare.ts'
import { type Head, Subject } from '../../../../resources/store/mongo/subject.ts'
import { type Write, writesOf } from '../../../../resources/store/mongo/writes.ts'
import type { Change, WriteChange } from '../../../../resources/store/port.ts'
import { write } from '../../../contract/store.ts'

const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z')

const head = (v: number, t: number, more: Partial<Head> = {}): Head => ({
  _id: 'x',
  v,
  t,
  live: true,
  bytes: 9,
  ...more,
})

async function applied(from: Head | undefined, now: number, ...changes: Change[]) {
  const subject = new Subject('Basic', 'x', from)
  const outcomes = (await prepare(changes)).map((change, at) => subject.apply(change, at, now))
  return { outcomes, subject, writes: [...writesOf(subject, 'db')] }
}

/** What is written, in short. */
const short = (writes: readonly Write[]) =>
  writes.map((write) => `${write.name} ${write.namespace} ${JSON.stringify('filter' in write ? write.filter : '')}`)

const holding = (...ids: string[]): Change => ({
  ...(write('x') as WriteChange),
  contained: ids.map((id) => ({ type: 'Device', id, entries: [] })),
})

t.test('time goes on from version to version, whatever clocks say, until it ends', async (t) => {
  const late = await applied(head(3, 1_000), 500, write('x'), write('x'))
  t.match(late.outcomes, [
    { version: 4, lastUpdated: 1_001 },
    { version: 5, lastUpdated: 1_002 },
  ])
  const last = await applied(head(3, LAST_INSTANT), 500, write('x'))
  t.match(last.outcomes, [{ version: 4, lastUpdated: LAST_INSTANT }])
  t.match((await applied(undefined, 500, write('x'))).outcomes, [{ version: 1, lastUpdated: 500, created: true }])
})

t.test('a resource is written once, each of its versions too, and the one before is told its end', async (t) => {
  const { writes, subject } = await applied(head(3, 1), 500, write('x'), write('x'))
  t.strictSame(short(writes), [
    'insertOne db.versions ""',
    'insertOne db.versions ""',
    'updateOne db.versions {"_id":"Basic/x/3"}',
    'replaceOne db.Basic {"_id":"x","v":3}',
  ])
  t.match(subject.versions, [
    { v: 4, t: 500, until: 501 },
    { v: 5, t: 501, until: undefined },
  ])
  t.strictSame(short((await applied(undefined, 5, write('x'))).writes), [
    'insertOne db.versions ""',
    'insertOne db.Basic ""',
  ])
  t.strictSame((await applied(head(3, 1, { live: false }), 5, { kind: 'delete', type: 'Basic', id: 'x' })).writes, [])
})

t.test('what is contained comes and goes', async (t) => {
  const { writes } = await applied(head(3, 1, { holds: ['Device#a', 'Device#b'] }), 5, holding('b', 'c'))
  t.strictSame(short(writes).slice(3), [
    'deleteOne db.#Device {"_id":"Basic/x#a"}',
    'replaceOne db.#Device {"_id":"Basic/x#b"}',
    'replaceOne db.#Device {"_id":"Basic/x#c"}',
  ])
  const gone = await applied(head(3, 1, { holds: ['Device#a'] }), 5, { kind: 'delete', type: 'Basic', id: 'x' })
  t.strictSame(short(gone.writes).slice(3), ['deleteOne db.#Device {"_id":"Basic/x#a"}'])
  const both = await applied(undefined, 5, holding('a'), holding('b'))
  t.strictSame(
    short(both.writes).slice(3),
    ['replaceOne db.#Device {"_id":"Basic/x#b"}'],
    'only what there is in the end',
  )
})

t.test('entries take the place of entries', async (t) => {
  const index: Change = { kind: 'index', type: 'Basic', id: 'x', version: 3, entries: [['uri', 'u', 'urn:x']] }
  const { writes, outcomes } = await applied(head(3, 1, { holds: ['Device#a'] }), 5, index)
  t.match(outcomes, [{ version: 3, created: false }])
  t.match(writes, [
    { name: 'updateOne', filter: { _id: 'x', v: 3 }, update: { $set: { k: [/urn:x/] }, $unset: { r: '', holds: '' } } },
    { name: 'deleteOne' },
  ])
  t.strictSame((await applied(head(4, 1), 5, index)).writes, [], 'of another version')
  const after = await applied(head(3, 1), 5, write('x'), { ...index, version: 4 })
  t.match(after.writes.at(-1), { name: 'replaceOne', replacement: { v: 4, k: [/urn:x/] } }, 'of one that is just made')
})

import { setTimeout } from 'node:timers/promises'
import type { Collection } from 'mongodb'
import t, { type Test } from 'tap'
import type { VersionDocument } from '../../../../resources/store/mongo/document.ts'
import { MongoStore } from '../../../../resources/store/mongo/store.ts'
import { watchType } from '../../../../resources/store/mongo/watch.ts'
import { write } from '../../../contract/store.ts'
import { mongoUrl, withoutMongo } from '../../../support/mongo.ts'

const skip = await withoutMongo()

/** ms within which a lease that is not renewed has ended. */
const SHORT = 400

/** Two processes' stores of one database. */
async function openTwo(t: Test): Promise<[MongoStore, MongoStore]> {
  const url = await mongoUrl(t)
  const [one, other] = [await MongoStore.open(url), await MongoStore.open(url)]
  t.teardown(() => Promise.all([one.close(), other.close()]))
  return [one, other]
}

t.test('a lease is of one at a time, until it is given back, ends or is taken away', { skip }, async (t) => {
  const [one, other] = (await openTwo(t)).map(({ shared }) => shared) as [MongoStore['shared'], MongoStore['shared']]
  const races = await Promise.all(Array.from({ length: 6 }, (_, at) => (at % 2 ? one : other).lease('race', 60_000)))
  t.ok(races.every((has, at) => has === races[at % 2]) && races[0] !== races[1], 'of racers one has it')
  t.equal(await one.lease('x', 60_000), true)
  t.equal(await other.lease('x', 60_000), false)
  t.equal(await other.lease('y', 60_000), true, 'another name')
  t.equal(await one.lease('x', SHORT), true, 'who has it renews it')
  await other.release('x')
  t.equal(await other.lease('x', 60_000), false, 'and no other gives it back')
  await setTimeout(SHORT + 50)
  t.equal(await other.lease('x', 60_000), true, 'when it has ended')
  await other.release('x')
  t.equal(await one.lease('x', 60_000), true, 'when it was given back')
  t.equal(await other.lease('x', 60_000, true), true, 'when it is stolen')
  t.equal(await one.lease('x', 60_000), false)
})

t.test('a unit under a lease is committed by who has it alone', { skip }, async (t) => {
  const [one, other] = await openTwo(t)
  const unit = (note: string) => ({ changes: [write(note)], guards: [], notes: { note }, lease: 'x' })
  const OUTDATED = { name: 'CommitRefused', reason: 'outdated' }
  await t.rejects(one.commit(unit('nobody')), OUTDATED)
  await one.shared.lease('x', 60_000)
  await one.commit(unit('one'))
  await t.rejects(other.commit(unit('other')), OUTDATED)
  await other.shared.lease('x', 60_000, true)
  await t.rejects(one.commit(unit('late')), OUTDATED)
  t.equal(await one.note('note'), 'one')
  t.equal(await one.countHistory({}, {}), 1, 'nothing of what was refused')
})

t.test('what one says the others hear, for a while', { skip }, async (t) => {
  const [one, other] = (await openTwo(t)).map(({ shared }) => shared) as [MongoStore['shared'], MongoStore['shared']]
  t.strictSame(await one.told('x'), [])
  await one.tell('x', '$now', 60_000)
  await one.tell('x', '$$NOW', 60_000)
  await other.tell('x', 'short', SHORT)
  await other.tell('y', 'else', 60_000)
  t.strictSame(await other.told('x'), ['$$NOW'], 'the latest, and not its own')
  t.strictSame(await one.told('x'), ['short'])
  await setTimeout(SHORT + 50)
  t.strictSame(await one.told('x'), [])
  await one.fallSilent()
  t.strictSame(await other.told('x'), [])
  t.strictSame(await one.told('y'), ['else'], 'who is silent takes back its own alone')
})

t.test('a change of a type is told, by whomever it was made', { skip }, async (t) => {
  const [one, other] = await openTwo(t)
  let told = 0
  const end = other.shared.watch('Basic', () => told++)
  while (told === 0) await setTimeout(20)
  for (const [commit, wanted] of [
    [() => one.commit({ changes: [write('a')], guards: [] }), 1],
    [() => other.commit({ changes: [write('a')], guards: [] }), 1],
    [() => one.commit({ changes: [{ kind: 'delete', type: 'Basic', id: 'a' }], guards: [] }), 1],
    [() => one.commit({ changes: [{ ...write('b'), type: 'Flag' }], guards: [] }), 0],
  ] as const) {
    const before = told
    await commit()
    const until = Date.now() + (wanted === 0 ? 500 : 10_000)
    while (told < before + Math.max(wanted, 1) && Date.now() < until) await setTimeout(20)
    t.equal(told - before, wanted)
  }
  await end()
  await one.commit({ changes: [write('c')], guards: [] })
  const last = told
  await setTimeout(200)
  t.equal(told, last, 'not after its end')
})

t.test('where there is no stream of changes, it is told every few seconds that there may be some', async (t) => {
  const refused = { tryNext: () => Promise.reject(new Error('no change streams here')), close: async () => undefined }
  const versions = { watch: () => refused } as unknown as Collection<VersionDocument>
  let told = 0
  const end = watchType(versions, 'Basic', () => told++)
  await setTimeout(100)
  t.equal(told, 1)
  while (told < 3) await setTimeout(50)
  const began = Date.now()
  await end()
  t.ok(Date.now() - began < 2_000, 'it ends at once')
})

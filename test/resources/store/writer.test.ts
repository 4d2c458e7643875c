import { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import t, { type Test } from 'tap'
import { SqliteStore } from '../../../resources/store/sqlite/store.ts'
import { write } from '../../contract/store.ts'
import { storeFolder } from '../../support/folder.ts'

const UNAVAILABLE = { name: 'FhirError', kind: 'unavailable', issues: [{ code: 'transient' }] }

const unit = (...ids: string[]) => ({ changes: ids.map((id) => write(id)), guards: [] })

interface Opened {
  store: SqliteStore
  folder: string
  /** What the store said when it went down. */
  down: string[]
}

async function open(t: Test): Promise<Opened> {
  const folder = storeFolder(t)
  const down: string[] = []
  const store = await SqliteStore.open(folder, (reason) => down.push(reason))
  t.teardown(() => store.close())
  return { store, folder, down }
}

/** The thread itself: a test must be able to end it. */
const threadOf = (store: SqliteStore) => (store as unknown as { writer: { worker: Worker } }).writer.worker

/** Lets every write of an id fail as a full disk does: the statement and, with `rollback`, its whole transaction. */
function fillDisk(folder: string, id: string, how: 'ABORT' | 'ROLLBACK'): () => void {
  const database = new DatabaseSync(`${folder}/chartroom.sqlite`)
  database.exec(`CREATE TRIGGER full BEFORE INSERT ON version
    WHEN (SELECT id FROM resource WHERE rid = NEW.rid) LIKE '${id}' BEGIN SELECT RAISE(${how}, 'disk is full'); END`)
  return () => {
    database.exec('DROP TRIGGER full')
    database.close()
  }
}

/** Lets the clock of this thread go ahead, until the test is over. */
const later = (t: Test, ms: number) =>
  t.intercept(Date, 'now', { value: () => performance.timeOrigin + performance.now() + ms })

for (const how of ['ABORT', 'ROLLBACK'] as const) {
  t.test(
    `a commit that the disk has no room for (${how}): refused whole, and the next one may do better`,
    async (t) => {
      const { store, folder, down } = await open(t)
      await store.commit(unit('a'))
      const empty = fillDisk(folder, 'x%', how)
      await t.rejects(store.commit(unit('b', 'x', 'c')), UNAVAILABLE)
      t.equal(store.ready(), false, 'it says so')
      t.equal(await store.read('Basic', 'b'), undefined, 'nothing was changed')
      t.match(await store.read('Basic', 'a'), { version: 1 }, 'reads go on')
      empty()
      t.match(await store.commit(unit('b', 'x', 'c')), [{ version: 1 }, { version: 1 }, { version: 1 }])
      later(t, 60_000)
      t.equal(store.ready(), true, 'and it is well again')
      t.strictSame(down, [], 'it was never given up')
    },
  )

  t.test(`of those who wait together the failing one alone is refused (${how})`, async (t) => {
    const { store, folder } = await open(t)
    const empty = fillDisk(folder, 'x%', how)
    const ids = Array.from({ length: 60 }, (_, at) => (at % 10 === 7 ? `x${at}` : `a${at}`))
    const results = await Promise.allSettled(ids.map((id) => store.commit(unit(id))))
    for (const [at, id] of ids.entries()) {
      const bad = id.startsWith('x')
      t.equal(results[at]?.status, bad ? 'rejected' : 'fulfilled', id)
      t.equal((await store.read('Basic', id))?.version, bad ? undefined : 1, id)
    }
    empty()
    t.match(
      await store.commit(unit(...ids)),
      ids.map((id) => ({ version: id.startsWith('x') ? 1 : 2 })),
    )
  })
}

t.test('what was searched for while a commit failed is not remembered wrongly', async (t) => {
  const { store, folder } = await open(t)
  const empty = fillDisk(folder, 'x', 'ROLLBACK')
  await t.rejects(store.commit({ changes: [write('x', 'new-code')], guards: [] }), UNAVAILABLE)
  empty()
  await store.commit({ changes: [write('y', 'new-code')], guards: [] })
  const rows = store.database.prepare("SELECT count(*) AS n FROM value WHERE code = 'new-code'").get()
  t.match(rows, { n: 1 }, 'the value went with its transaction, and came anew')
})

t.test('a writer thread that dies: the store says that it is down, and nobody is left waiting', async (t) => {
  const { store, down } = await open(t)
  await store.commit(unit('a'))
  t.equal(store.ready(), true)
  const waiting = Array.from({ length: 50 }, (_, at) => store.commit(unit(`w${at}`)))
  const large = store.commit(unit(...Array.from({ length: 3000 }, (_, at) => `l${at}`)))
  const settled = Promise.allSettled([...waiting, large])
  await threadOf(store).terminate()
  const results = await settled
  t.equal(results.at(-1)?.status, 'rejected')
  for (const [at, result] of results.entries()) {
    if (result.status === 'rejected') t.match(result.reason, UNAVAILABLE, `${at}`)
    else t.match(await store.read('Basic', `w${at}`), { version: 1 }, `${at} was answered, so it is there`)
  }
  t.equal(store.ready(), false)
  t.equal(down.length, 1, 'it is told once')
  await t.rejects(store.commit(unit('later')), UNAVAILABLE)
  t.match(await store.read('Basic', 'a'), { version: 1 }, 'reads go on')
  later(t, 60_000)
  t.equal(store.ready(), false, 'for ever')
})

t.test('a writer thread that fails by itself', async (t) => {
  const { store, folder, down } = await open(t)
  await store.commit(unit('a'))
  const ended = new Promise((resolve) => threadOf(store).once('exit', resolve))
  threadOf(store).postMessage({ id: -1, texts: new Uint8Array(), plan: 'no JSON', last: true })
  await t.rejects(store.commit(unit('b')), UNAVAILABLE)
  await ended
  t.match(down, [/JSON/], 'the reason is told')
  t.equal(store.ready(), false)
  await store.close()
  const again = await SqliteStore.open(folder)
  t.match(await again.read('Basic', 'a'), { version: 1 }, 'the folder is free, and what was committed is there')
  t.match(await again.commit(unit('b')), [{ version: 1 }])
  await again.close()
})

t.test('to close a store is not to lose it', async (t) => {
  const { store, down } = await open(t)
  const last = store.commit(unit('a'))
  await store.close()
  t.match(await last, [{ version: 1 }], 'what was given before is done')
  t.strictSame(down, [])
  await t.rejects(store.commit(unit('b')), UNAVAILABLE)
  t.equal(store.ready(), false)
})

import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { SqliteStore } from '../../resources/store/sqlite/store.ts'
import type { StateChange } from '../../resources/store/state.ts'
import { storeFolder } from '../support/folder.ts'
import { openSqlite } from '../support/stores.ts'
import { archiveContract } from './archive.ts'
import { auditContract } from './audit.ts'
import { searcherContract } from './searcher.ts'
import { stateContract } from './state.ts'
import { storeContract, write } from './store.ts'

storeContract(t, openSqlite)
searcherContract(t, openSqlite)
archiveContract(t, openSqlite)
stateContract(t, openSqlite)
auditContract(t, async (t) => {
  const folder = storeFolder(t)
  return () => SqliteStore.open(folder)
})

t.test('opens again with what was committed', async (t) => {
  const folder = storeFolder(t)
  const first = await SqliteStore.open(folder)
  await first.commit({ changes: [write('x')], guards: [] })
  const secret = await first.secret('links')
  await first.close()
  const second = await SqliteStore.open(folder)
  t.match(await second.read('Basic', 'x'), { version: 1 })
  t.strictSame(await second.secret('links'), secret)
  await second.commit({ changes: [write('x')], guards: [] })
  t.match(await second.read('Basic', 'x'), { version: 2 })
  await second.close()
  await t.rejects(second.commit({ changes: [write('x')], guards: [] }), { name: 'FhirError', kind: 'unavailable' })
})

t.test('a folder serves one process', async (t) => {
  const folder = storeFolder(t)
  const store = await SqliteStore.open(folder)
  await t.rejects(SqliteStore.open(folder), /in use by another chartroom process/)
  await store.close()
  await (await SqliteStore.open(folder)).close()
})

t.test('a newer schema is refused with words', async (t) => {
  const folder = storeFolder(t)
  await (await SqliteStore.open(folder)).close()
  const database = new DatabaseSync(`${folder}/chartroom.sqlite`)
  database.exec('PRAGMA user_version = 999')
  database.close()
  await t.rejects(SqliteStore.open(folder), /schema version 999.*run a newer chartroom/)
})

t.test('a file that is no database is refused', async (t) => {
  const folder = storeFolder(t)
  writeFileSync(`${folder}/chartroom.sqlite`, 'not a database at all, but long enough to be looked at'.repeat(50))
  await t.rejects(SqliteStore.open(folder), /not a database/)
})

t.test('only another process in the folder counts as one', async (t) => {
  const folder = storeFolder(t)
  const store = await SqliteStore.open(folder)
  await t.rejects(SqliteStore.open(folder), { name: 'FolderInUse' })
  await store.close()
  writeFileSync(`${folder}/file`, '')
  await t.rejects(SqliteStore.open(`${folder}/file`), /file is not a folder/)
})

t.test('what has expired goes, some at a time, when other state is written', async (t) => {
  const { store } = await openSqlite(t)
  const count = (table: string) => Number(store.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n)
  const put = (key: string, expires?: number): StateChange => {
    const change: StateChange = { kind: 'put', of: 'test', key, value: 1, aliases: ['m'] }
    return expires === undefined ? change : { ...change, expires }
  }
  const past = Date.now() - 1
  const expired = Array.from({ length: 100 }, (_, at) => put(`k${at}`, past))
  await store.commit({
    changes: [],
    guards: [],
    state: [...expired, put('lasting'), put('later', Date.now() + 60_000)],
  })
  const counts = [count('state')]
  while (count('state') > 2 && counts.length < 9) {
    await store.commit({ changes: [], guards: [], state: [put('lasting')] })
    counts.push(count('state'))
  }
  t.strictSame(counts, [70, 38, 6, 2])
  t.equal(count('state_alias'), 2, 'with its aliases')
})

t.test('every commit is synced to the disk', async (t) => {
  const { openWriter } = await import('../../resources/store/sqlite/connect.ts')
  const database = openWriter(`${storeFolder(t)}/x.sqlite`)
  t.match(database.prepare('PRAGMA synchronous').get(), { synchronous: 2 })
  t.match(database.prepare('PRAGMA journal_mode').get(), { journal_mode: 'wal' })
  database.close()
})

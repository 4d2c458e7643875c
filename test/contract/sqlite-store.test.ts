import { writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { SqliteStore } from '../../resources/store/sqlite/store.ts'
import { storeFolder } from '../support/folder.ts'
import { openSqlite } from '../support/stores.ts'
import { archiveContract } from './archive.ts'
import { searcherContract } from './searcher.ts'
import { storeContract, write } from './store.ts'

storeContract(t, openSqlite)
searcherContract(t, openSqlite)
archiveContract(t, openSqlite)

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

t.test('every commit is synced to the disk', async (t) => {
  const { openWriter } = await import('../../resources/store/sqlite/connect.ts')
  const database = openWriter(`${storeFolder(t)}/x.sqlite`)
  t.match(database.prepare('PRAGMA synchronous').get(), { synchronous: 2 })
  t.match(database.prepare('PRAGMA journal_mode').get(), { journal_mode: 'wal' })
  database.close()
})

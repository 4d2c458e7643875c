import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { SqlitePackages } from '../../resources/store/sqlite/packages.ts'
import { storeFolder } from '../support/folder.ts'
import { packagesContract } from './packages.ts'

packagesContract(t, async (t) => {
  const folder = storeFolder(t)
  return { open: () => SqlitePackages.open(folder) }
})

t.test('makes its folder, and refuses what a newer chartroom has laid out', async (t) => {
  const folder = `${storeFolder(t)}/data`
  const store = await SqlitePackages.open(folder)
  await store.close()
  t.ok(existsSync(`${folder}/packages.db`))
  const database = new DatabaseSync(`${folder}/packages.db`)
  database.exec('PRAGMA user_version = 99')
  database.close()
  await t.rejects(SqlitePackages.open(folder), /layout version 99.*newer chartroom/)
})

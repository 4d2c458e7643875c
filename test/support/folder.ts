import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { drop } from './mongo.ts'
import { databaseOf, ON_MONGO, urlOf } from './place.ts'

/**
 * A new folder for a store, in memory where the machine has /dev/shm, and the database that it stands for (`place.ts`), both
 * removed when the test is over.
 */
export function storeFolder(t: Test): string {
  const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  const folder = mkdtempSync(join(base, 'chartroom-test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  if (ON_MONGO) t.teardown(async () => drop(await urlOf(folder), databaseOf(folder)))
  return folder
}

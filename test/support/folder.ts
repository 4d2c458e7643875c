import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'

/** A new folder for a store, in memory where the machine has /dev/shm, removed when the test is over. */
export function storeFolder(t: Test): string {
  const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  const folder = mkdtempSync(join(base, 'chartroom-test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

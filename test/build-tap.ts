import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** At install: tap's plugins must be built before it runs. Where only what serves is installed there is nothing to do. */
const tap = join(import.meta.dirname, '..', 'node_modules', '.bin', 'tap')
if (existsSync(tap)) process.exitCode = spawnSync(process.execPath, [tap, 'build'], { stdio: 'inherit' }).status ?? 1

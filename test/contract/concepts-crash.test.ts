import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { SqliteConcepts } from '../../resources/store/sqlite/concepts.ts'
import type { Edition } from '../../resources/terminology/concept-source.ts'
import { storeFolder } from '../support/folder.ts'

const STORE = join(import.meta.dirname, '..', '..', 'resources', 'store', 'sqlite', 'concepts.ts')
const DAY = '2026-10-01'

const EDITION: Edition = { system: 'urn:codes', version: '1', name: 'Codes', content: 'complete', caseSensitive: true }

/** Adds to a draft, tells so, and publishes it when it is told to. */
const LOADER = `
const { SqliteConcepts } = await import(process.argv[2])
const store = await SqliteConcepts.open(process.argv[3])
const draft = await store.draft(${JSON.stringify(EDITION)})
await draft.add(Array.from({ length: 5000 }, (_, at) => ({ code: 'c' + at, display: 'Concept ' + at })))
console.log('added')
process.stdin.once('data', async () => {
  await draft.publish()
  await store.close()
  process.exit(0)
})`

/** A process that has a draft open. */
async function loading(t: Test, folder: string) {
  const script = join(storeFolder(t), 'loader.mjs')
  writeFileSync(script, LOADER)
  const child = spawn(process.execPath, [script, STORE, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })
  await once(lines, 'line')
  return child
}

/** Tables that have an index, or are about to go. */
function tablesIn(folder: string): string[] {
  const database = new DatabaseSync(join(folder, 'concepts.db'), { readOnly: true })
  const rows = database.prepare(
    "SELECT name FROM sqlite_schema WHERE name LIKE 'concepts\\_%' ESCAPE '\\' OR name LIKE 'gone%'",
  )
  const names = rows.all().map(({ name }) => String(name))
  database.close()
  return names
}

async function until(test: () => boolean): Promise<boolean> {
  for (let at = 0; at < 200; at++) {
    if (test()) return true
    await setTimeout(25)
  }
  return false
}

t.setTimeout(60_000)

t.test('what a killed process had drafted goes when the code systems are opened next', async (t) => {
  const folder = storeFolder(t)
  const child = await loading(t, folder)
  t.equal(tablesIn(folder).length, 1)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const store = await SqliteConcepts.open(folder)
  t.teardown(() => store.close())
  t.strictSame(await store.editions(), [])
  t.ok(await until(() => tablesIn(folder).length === 0), 'nothing is left of it')
})

t.test('a draft of another process that lives is let be, and seen when it is published', async (t) => {
  const folder = storeFolder(t)
  const child = await loading(t, folder)
  const store = await SqliteConcepts.open(folder, { retiredKept: 0 })
  t.teardown(() => store.close())
  const own = await store.draft({ ...EDITION, system: 'urn:others' })
  await own.add([{ code: 'x', display: 'X' }])
  await own.publish()
  t.match(await (await store.open('urn:others'))!.find('x', DAY), { display: 'X' })
  const stamp = await store.stamp()
  child.stdin.write('go\n')
  const [code] = await once(child, 'exit')
  t.equal(code, 0)
  t.not(await store.stamp(), stamp)
  t.match(await (await store.open('urn:codes'))!.find('c4999', DAY), { display: 'Concept 4999' })
})

t.test('what was replaced is removed, and who still asks it is told so', async (t) => {
  const folder = storeFolder(t)
  const store = await SqliteConcepts.open(folder, { retiredKept: -1 })
  t.teardown(() => store.close())
  const load = async (display: string) => {
    const draft = await store.draft(EDITION)
    await draft.add(Array.from({ length: 3000 }, (_, at) => ({ code: `c${at}`, display })))
    await draft.publish()
    return (await store.open('urn:codes'))!
  }
  const old = await load('old')
  const now = await load('new')
  t.ok(await until(() => tablesIn(folder).length === 1))
  t.match(await now.find('c1', DAY), { display: 'new' })
  await t.rejects(old.find('c1', DAY), { name: 'FhirError', kind: 'unavailable' })
})

t.test('code systems of a newer chartroom are refused', async (t) => {
  const folder = storeFolder(t)
  await (await SqliteConcepts.open(folder)).close()
  const database = new DatabaseSync(join(folder, 'concepts.db'))
  database.exec('PRAGMA user_version = 99')
  database.close()
  await t.rejects(SqliteConcepts.open(folder), { message: /layout version 99/ })
})

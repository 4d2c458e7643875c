import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { SqliteStore } from '../../resources/store/sqlite/store.ts'
import { storeFolder } from '../support/folder.ts'

const STORE = join(import.meta.dirname, '..', '..', 'resources', 'store', 'sqlite', 'store.ts')

/** Writes state, and tells each key when its commit was answered. */
const WRITER = `
const { SqliteStore } = await import(process.argv[2])
const store = await SqliteStore.open(process.argv[3])
for (let n = 0; ; n++) {
  const state = ['a', 'b'].map((half) => ({ kind: 'put', of: 'test', key: half + n, value: n, aliases: ['n' + n] }))
  await store.commit({ changes: [], guards: [], state })
  console.log(n)
}`

t.test('kill -9: state that was acknowledged is there, and no half unit', { timeout: 60_000 }, async (t) => {
  const folder = storeFolder(t)
  const script = join(storeFolder(t), 'writer.mjs')
  writeFileSync(script, WRITER)
  const child = spawn(process.execPath, [script, STORE, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  let last = -1
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line)
    if (last === 40) child.kill('SIGKILL')
  }
  if (child.signalCode === null) await once(child, 'exit')
  t.ok(last >= 40)
  const store = await SqliteStore.open(folder)
  t.teardown(() => store.close())
  for (let n = 0; n <= last; n++) {
    const found = await store.state.find('test', `n${n}`, 9)
    if (found.length !== 2) t.fail(`of unit ${n} there are ${found.length}`)
  }
  const all = await store.state.list('test', undefined, 10_000)
  t.equal(all.length % 2, 0)
  t.comment(`${last + 1} acknowledged units survived`)
})

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { SqliteStore } from '../../resources/store/sqlite/store.ts'
import { storeFolder } from '../support/folder.ts'
import { wholeChains } from './audit.ts'

const run = promisify(execFile)
const STORE = join(import.meta.dirname, '..', '..', 'resources', 'store', 'sqlite', 'store.ts')

/** Blocks of 512 bytes that a file of the full disk may have. */
const BLOCKS = 4 * 1024

/** What both writers begin with: `append` of a record, with a change where there is one. */
const BEGIN = `
const { SqliteStore } = await import(process.argv[2])
const store = await SqliteStore.open(process.argv[3])
const text = Buffer.from('{"resourceType":"Basic","meta":{}}')
const write = (id, expect) => ({ kind: 'write', method: 'PUT', type: 'Basic', id, text, metaAt: text.length - 2, entries: [], expect })
const append = (name, filler = '', ...changes) => store.commit({
  changes, guards: [],
  audit: [{ text: JSON.stringify({ name, id: changes[0]?.id, filler }), keys: ['n ' + name, 'a x'], tally: 'read', changes: changes.map((_, at) => at) }],
})
`

/** Some appenders at once: every third with a write, every fifth with one that is refused. Tells what was answered. */
const LOAD = `${BEGIN}
let n = 0
const appender = async () => {
  for (;;) {
    const name = 'n' + n++
    const changes = n % 5 === 0 ? [write('same', 'absent')] : n % 3 === 0 ? [write(name)] : []
    await append(name, 'x'.repeat(n % 900), ...changes).then(
      () => console.log('kept ' + name),
      (error) => console.log(error.name === 'CommitRefused' ? 'refused ' + name : 'failed ' + error),
    )
  }
}
for (let at = 0; at < 24; at++) appender()`

/** Appends eight at a time until one fails, then (told to on stdin) some more, and some in the end. */
const FILL = `${BEGIN}
let failed = 0
for (let n = 0; failed === 0; n++) {
  await Promise.all(Array.from({ length: 8 }, async (_, at) => {
    const name = 'n' + n + '-' + at
    const changes = at % 2 === 0 ? [write(name)] : []
    await append(name, 'x'.repeat(20_000), ...changes).then(
      () => console.log('kept ' + name),
      (error) => { failed++; console.log((error.kind === 'unavailable' ? 'refused ' : 'failed ' + error) + name) },
    )
  }))
}
console.log(store.ready() ? 'failed to say so' : 'full')
await (await import('node:events')).once(process.stdin, 'data')
for (let n = 0; n < 700; n++) await append('again' + n).then(() => console.log('kept again' + n))
console.log('done')`

/** Runs a writer on a folder; `onLine` is told its lines, and what ends it. */
async function write(t: Test, script: string, folder: string, onLine: (line: string, child: Child) => void) {
  const file = join(storeFolder(t), 'writer.mjs')
  writeFileSync(file, script)
  // What tap loads into its children would let them be ended by SIGXFSZ, which node ignores.
  const limited = `unset NODE_OPTIONS; ${script === FILL ? `ulimit -S -f ${BLOCKS};` : ''} exec "$0" "$@"`
  const args = ['-c', limited, process.execPath, file, STORE, folder]
  const child = spawn('sh', args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const names = { kept: new Set<string>(), refused: new Set<string>() }
  for await (const line of createInterface({ input: child.stdout })) {
    const [what = '', name = ''] = line.split(' ')
    if (what === 'failed') t.fail(line)
    if (what === 'kept' || what === 'refused') names[what].add(name)
    onLine(line, child)
  }
  if (child.signalCode === null && child.exitCode === null) await once(child, 'exit')
  return names
}

type Child = ReturnType<typeof spawn>

/** The names of all records: the chain is whole, and each has its change where it had one. */
async function recorded(t: Test, store: SqliteStore): Promise<Set<string>> {
  const [head] = await store.audit.chains()
  const all = await wholeChains(t, store, head?.number ?? 0)
  const names = new Set<string>()
  for (const { text, outcomes } of all) {
    const { name, id } = JSON.parse(text) as { name: string; id?: string }
    names.add(name)
    const version = id === undefined ? undefined : await store.read('Basic', id)
    if (version?.version !== outcomes[0]?.version) t.fail(`${name} is there without its change`)
  }
  t.equal(names.size, all.length, 'each once')
  const written = await store.countHistory({ type: 'Basic' }, {})
  t.equal(written, all.filter(({ outcomes }) => outcomes.length > 0).length, 'and no change without its record')
  return names
}

t.test('kill -9: what was acknowledged is on record, what was refused is not', { timeout: 120_000 }, async (t) => {
  const folder = storeFolder(t)
  let answered = 0
  const { kept, refused } = await write(t, LOAD, folder, (_, child) => {
    if (++answered === 2_000) child.kill('SIGKILL')
  })
  t.ok(kept.size > 1_000, `${kept.size} were acknowledged`)
  t.ok(refused.size > 100)
  const store = await SqliteStore.open(folder)
  t.teardown(() => store.close())
  const names = await recorded(t, store)
  for (const name of kept) if (!names.has(name)) t.fail(`${name} was acknowledged, and is not there`)
  for (const name of refused) if (names.has(name)) t.fail(`${name} was refused, and is there`)
  t.ok(names.size < kept.size + 25, 'beside what was acknowledged, only what was under way')
  for (const name of [...kept].slice(-20))
    t.equal((await store.audit.find({ keys: [[`n ${name}`], ['a x']] }, 9)).length, 1)
  await store.commit({ changes: [], guards: [], audit: [{ text: '{"name":"next"}', keys: [], tally: '' }] })
  await wholeChains(t, store, names.size + 1)
})

const canLift = await run('prlimit', ['--version']).then(
  () => true,
  () => false,
)

t.test(
  'a full disk: what is not on record did not happen, and all is well when there is room',
  { skip: !canLift && 'prlimit', timeout: 120_000 },
  async (t) => {
    const folder = storeFolder(t)
    const { kept, refused } = await write(t, FILL, folder, (line, child) => {
      if (line === 'done') child.kill('SIGKILL')
      if (line !== 'full') return
      const lifted = run('prlimit', ['--pid', String(child.pid), '--fsize=unlimited'])
      lifted.then(() => child.stdin!.write('go on\n')).catch((error: unknown) => t.fail(String(error)))
    })
    t.ok(kept.size > 720, `${kept.size} were kept`)
    t.ok(refused.size > 0, `${refused.size} were refused`)
    t.ok(kept.has('again699'))
    const store = await SqliteStore.open(folder)
    t.teardown(() => store.close())
    t.strictSame([...(await recorded(t, store))].sort(), [...kept].sort())
    t.equal((await store.audit.find({ keys: [['a x']] }, 9_999)).length, kept.size)
  },
)

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t, { type Test } from 'tap'
import type { AuditEntry } from '../../../../resources/store/audit.ts'
import { MongoStore } from '../../../../resources/store/mongo/store.ts'
import { CommitRefused, type Unit } from '../../../../resources/store/port.ts'
import { write } from '../../../contract/store.ts'
import { storeFolder } from '../../../support/folder.ts'
import { mongoUrl, mongoUrlToKillOn, sessionsEnded, withoutMongo } from '../../../support/mongo.ts'
import { type CuttingProxy, type Fate, throughProxy, withoutProxy } from '../../../support/proxy.ts'
import { wholeChains } from '../../../support/whole-chains.ts'

// Some wait for the store to give up.
t.setTimeout(180_000)

const skip = await withoutProxy()

const STORE = join(import.meta.dirname, '..', '..', '..', '..', 'resources', 'store', 'mongo', 'store.ts')

const entry = (text: string): AuditEntry => ({ text, keys: [`e Basic/${text}`], tally: 'R' })
const alone = (text: string): Unit => ({ changes: [], guards: [], audit: [entry(text)] })
const along = (id: string): Unit => ({ changes: [write(id)], guards: [], audit: [{ ...entry(id), changes: [0] }] })

/** A store behind a proxy that has written a record, and another one on the same database that reaches it directly. */
async function open(t: Test): Promise<{ store: MongoStore; sure: MongoStore; proxy: CuttingProxy }> {
  const url = await mongoUrl(t)
  const { proxy, proxied } = await throughProxy(t, url)
  const sure = await MongoStore.open(url)
  const store = await MongoStore.open(proxied)
  t.teardown(() => Promise.all([sure.close(), store.close()]))
  await store.commit(along('x'))
  return { store, sure, proxy }
}

/** Lets something happen to the next commands of a name, so many times. */
function happen(proxy: CuttingProxy, command: string, fate: Fate, times: number): void {
  let left = times
  proxy.fate = (bytes) => {
    if (left === 0 || !bytes.includes(command)) return 'pass'
    left--
    return fate
  }
}

async function textsOf(t: Test, { audit }: MongoStore): Promise<string[]> {
  return [...(await wholeChains(t, audit)).values()].flat().map(({ text }) => text)
}

t.test('faults of the connection, while records are written', { skip }, async (t) => {
  for (const [command, fate] of [
    ['bulkWrite', 'cut'],
    ['bulkWrite', 'delivered'],
    ['commitTransaction', 'cut'],
    ['commitTransaction', 'delivered'],
  ] as const) {
    t.test(`a connection that breaks at ${command}, ${fate}: a record is there once`, async (t) => {
      const { store, sure, proxy } = await open(t)
      happen(proxy, command, fate, 1)
      await store.commit(along('y'))
      happen(proxy, command, fate, 1)
      await store.commit(alone('z'))
      proxy.fate = () => 'pass'
      t.strictSame(await textsOf(t, sure), ['x', 'y', 'z'])
      const tallies = await Array.fromAsync(sure.audit.tallies('2000-01-01', '2999-12-31'))
      t.equal(
        tallies.reduce((sum, { count }) => sum + count, 0),
        3,
      )
    })
  }

  t.test('many cuts: what was acknowledged has its record, what was refused has none', async (t) => {
    const { store, sure, proxy } = await open(t)
    let sent = 0
    proxy.fate = () => (++sent % 17 === 0 ? 'delivered' : sent % 23 === 0 ? 'cut' : 'pass')
    const names = Array.from({ length: 80 }, (_, at) => `r${at}`)
    const told = new Map<string, 'done' | 'refused' | 'unknown'>()
    const writeAll = async (from: number) => {
      for (let at = from; at < names.length; at += 4) {
        const name = names[at]!
        const unit = at % 8 < 4 ? along(name) : alone(name)
        await store.commit({ ...unit, onceKey: name }).then(
          () => told.set(name, 'done'),
          (error: unknown) => {
            const unknown = JSON.stringify(error).includes('may have been made')
            told.set(name, unknown ? 'unknown' : 'refused')
            if (!(error instanceof CommitRefused)) t.match(error, { name: 'FhirError', kind: 'unavailable' })
          },
        )
      }
    }
    await Promise.all([0, 1, 2, 3].map(writeAll))
    proxy.fate = () => 'pass'
    t.ok([...told.values()].filter((one) => one === 'done').length > 60)
    const texts = await textsOf(t, sure)
    t.equal(new Set(texts).size, texts.length, 'none twice')
    for (const [name, how] of told) {
      if (how === 'done') t.ok(texts.includes(name), name)
      t.equal(await sure.wasDone(name), texts.includes(name), 'all of a unit or nothing')
    }
  })

  t.test('a chain of which nobody knows how far it goes is left as it is', async (t) => {
    const { store, sure, proxy } = await open(t)
    proxy.fate = (bytes) => (bytes.includes('commitTransaction') ? 'delivered' : 'pass')
    await t.rejects(store.commit(along('y')), { name: 'FhirError', kind: 'unavailable' })
    proxy.fate = () => 'pass'
    await store.commit(along('z'))
    const chains = await wholeChains(t, sure.audit)
    t.strictSame(Array.from(chains.values(), (records) => records.map(({ text }) => text)).sort(), [['x', 'y'], ['z']])
  })

  t.test('an append that is lost is refused, and its chain is left as it is', async (t) => {
    const { store, sure, proxy } = await open(t)
    proxy.fate = (bytes) => (bytes.includes('bulkWrite') ? 'cut' : 'pass')
    await t.rejects(store.commit(alone('y')), { name: 'FhirError', kind: 'unavailable' })
    proxy.fate = () => 'pass'
    await store.commit(alone('z'))
    const chains = await wholeChains(t, sure.audit)
    t.strictSame(Array.from(chains.values(), (records) => records.map(({ text }) => text)).sort(), [['x'], ['z']])
  })
})

/** Writes records by two units at once, and tells each when it was answered. */
const WRITER = `
const { MongoStore } = await import(process.argv[2])
const store = await MongoStore.open(process.argv[3])
const name = process.argv[4]
const meta = Buffer.from('{"resourceType":"Basic","meta":{}}')
const write = (id) => ({ kind: 'write', method: 'PUT', type: 'Basic', id, text: meta, metaAt: meta.length - 2, entries: [] })
const entry = (text) => ({ text, keys: ['a ' + name, 'r ' + text], tally: 'R' })
for (let n = 0; ; n++) {
  const [one, other] = [name + '-' + n + 'a', name + '-' + n + 'w']
  await Promise.all([
    store.commit({ changes: [], guards: [], audit: [entry(one), entry(one + '2')] }).then(() => console.log(one + ' ' + one + '2')),
    store.commit({ changes: [write(name)], guards: [], audit: [{ ...entry(other), changes: [0] }] }).then(() => console.log(other)),
  ])
}`

t.test(
  'kill -9 of three processes: what was acknowledged is there, all chains are whole',
  {
    skip: await withoutMongo(),
  },
  async (t) => {
    const url = await mongoUrlToKillOn(t)
    const script = join(storeFolder(t), 'writer.mjs')
    writeFileSync(script, WRITER)
    const acknowledged: string[] = []
    const writeUntilKilled = async (name: string, most: number) => {
      const child = spawn(process.execPath, [script, STORE, url, name], { stdio: ['ignore', 'pipe', 'inherit'] })
      let lines = 0
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged.push(...line.split(' '))
        if (++lines === most) child.kill('SIGKILL')
      }
      if (child.signalCode === null) await once(child, 'exit')
    }
    await Promise.all([writeUntilKilled('p', 30), writeUntilKilled('q', 41), writeUntilKilled('s', 52)])
    await sessionsEnded(url)
    const store = await MongoStore.open(url)
    t.teardown(() => store.close())
    const chains = await wholeChains(t, store.audit)
    const texts = new Set([...chains.values()].flat().map(({ text }) => text))
    t.strictSame(
      acknowledged.filter((text) => !texts.has(text)),
      [],
    )
    t.ok(chains.size >= 3, `${chains.size} chains`)
    for (const name of ['p', 'q', 's']) {
      const written = [...texts].filter((text) => text.startsWith(name) && text.endsWith('w'))
      t.match(await store.read('Basic', name), { version: written.length })
    }
    const own = await store.audit.find({ keys: [['a p', 'a q']] }, 1_000)
    t.equal(own.length, [...texts].filter((text) => !text.startsWith('s')).length)
    await store.commit(alone('after'))
    t.equal((await wholeChains(t, store.audit)).size, chains.size + 1, 'chains of the killed are not gone on with')
  },
)

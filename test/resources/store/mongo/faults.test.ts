import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { MongoStore } from '../../../../resources/store/mongo/store.ts'
import { CommitRefused } from '../../../../resources/store/port.ts'
import { write } from '../../../contract/store.ts'
import { mongoUrl } from '../../../support/mongo.ts'
import { type CuttingProxy, type Fate, throughProxy, withoutProxy } from '../../../support/proxy.ts'

// Some wait for the store to give up.
t.setTimeout(120_000)

const skip = await withoutProxy()

const UNAVAILABLE = { name: 'FhirError', kind: 'unavailable', issues: [{ code: 'transient' }] }

const unit = (...ids: string[]) => ({ changes: ids.map((id) => write(id)), guards: [] })

interface Cut {
  /** Reaches the server through the proxy. */
  store: MongoStore
  /** Reaches it directly. */
  sure: MongoStore
  proxy: CuttingProxy
}

/** A store behind a proxy, with a resource `x` in it, and another one on the same database. */
async function open(t: Test): Promise<Cut> {
  const url = await mongoUrl(t)
  const { proxy, proxied } = await throughProxy(t, url)
  const sure = await MongoStore.open(url)
  const store = await MongoStore.open(proxied)
  t.teardown(() => Promise.all([sure.close(), store.close()]))
  await store.commit(unit('x'))
  return { store, sure, proxy }
}

/** Lets something happen to the next commands of a name, so many times. */
function happen(proxy: CuttingProxy, command: string, fate: Fate, times: number): () => number {
  let left = times
  proxy.fate = (bytes) => {
    if (left === 0 || !bytes.includes(command)) return 'pass'
    left--
    return fate
  }
  return () => times - left
}

t.test('faults of the connection', { skip }, async (t) => {
  for (const command of ['find', 'bulkWrite', 'commitTransaction']) {
    for (const fate of ['cut', 'delivered'] as const) {
      t.test(`a connection that breaks at ${command}: ${fate}`, async (t) => {
        const { store, sure, proxy } = await open(t)
        const times = happen(proxy, command, fate, 2)
        const outcomes = await store.commit(unit('x', 'y'))
        t.equal(times(), 2)
        t.match(outcomes, [{ version: 2 }, { version: 1 }])
        t.match(await sure.read('Basic', 'x'), { version: 2 })
        t.equal(await sure.countHistory({}, {}), 3, 'once')
      })
    }
  }

  t.test('what was acknowledged under many cuts is there, once, and nothing else', async (t) => {
    const { store, sure, proxy } = await open(t)
    let sent = 0
    proxy.fate = () => (++sent % 17 === 0 ? 'delivered' : sent % 23 === 0 ? 'cut' : 'pass')
    const ids = Array.from({ length: 60 }, (_, at) => `r${at}`)
    const told = new Map<string, 'done' | 'refused' | 'unknown'>()
    const writeAll = async (from: number) => {
      for (let at = from; at < ids.length; at += 4) {
        const id = ids[at]!
        await store.commit({ changes: [write(id, 'a', 'absent')], guards: [], onceKey: id }).then(
          () => told.set(id, 'done'),
          (error: unknown) => {
            const unknown = JSON.stringify(error).includes('may have been made')
            if (!(error instanceof CommitRefused)) t.match(error, UNAVAILABLE)
            told.set(id, unknown ? 'unknown' : 'refused')
          },
        )
      }
    }
    await Promise.all([0, 1, 2, 3].map(writeAll))
    proxy.fate = () => 'pass'
    t.ok([...told.values()].filter((one) => one === 'done').length > 50)
    for (const [id, how] of told) {
      const found = await sure.read('Basic', id)
      if (how === 'done') t.equal(found?.version, 1, id)
      if (how === 'refused') t.equal(found, undefined, id)
      t.equal(await sure.wasDone(id), found !== undefined, 'all of a unit or nothing')
    }
  })

  t.test('a server that is gone refuses at once, and is found again when it is back', async (t) => {
    const { store, sure, proxy } = await open(t)
    const { port } = proxy
    t.equal(store.ready(), true)
    await proxy.close()
    const begun = Date.now()
    const asked: Promise<unknown>[] = [
      store.read('Basic', 'x'),
      store.commit(unit('x')),
      store.scan(undefined, 9),
      store.note('a'),
    ]
    await Promise.all(asked.map((one) => t.rejects(one, UNAVAILABLE)))
    t.ok(Date.now() - begun < 20_000, `${Date.now() - begun} ms`)
    t.equal(store.ready(), false)
    await proxy.listen(port)
    while (!store.ready()) await setTimeout(50)
    t.match(await store.read('Basic', 'x'), { version: 1 })
    t.match(await store.commit(unit('x')), [{ version: 2 }])
    t.match(await sure.read('Basic', 'x'), { version: 2 })
  })

  t.test('a network that swallows all is found out', async (t) => {
    const { store, proxy } = await open(t)
    proxy.fate = () => 'swallowed'
    const begun = Date.now()
    await Promise.all([
      t.rejects(store.read('Basic', 'x'), UNAVAILABLE),
      t.rejects(store.commit(unit('x')), UNAVAILABLE),
      t.rejects(store.history({}, {}, 9), UNAVAILABLE),
    ])
    t.ok(Date.now() - begun < 60_000, `${Date.now() - begun} ms`)
    t.equal(store.ready(), false)
    proxy.fate = () => 'pass'
    proxy.cutAll()
    while (!store.ready()) await setTimeout(50)
    t.match(await store.commit(unit('x')), [{ version: 2 }])
  })

  t.test('a transaction to which the way was lost holds nobody up once there is a way again', async (t) => {
    const { store, sure, proxy } = await open(t)
    const { port } = proxy
    proxy.fate = (bytes) => {
      if (!bytes.includes('commitTransaction')) return 'pass'
      void proxy.close()
      return 'cut'
    }
    await t.rejects(store.commit(unit('x')), UNAVAILABLE)
    proxy.fate = () => 'pass'
    await proxy.listen(port)
    await store.commit(unit('y'))
    t.match(await sure.commit(unit('x')), [{ version: 2 }])
  })

  t.test('an answer to a commit that stays away is told as such, never as a refusal', async (t) => {
    const { store, sure, proxy } = await open(t)
    let gone = false
    proxy.fate = (bytes) => {
      if (gone) return 'cut'
      gone = bytes.includes('commitTransaction')
      return gone ? 'delivered' : 'pass'
    }
    await t.rejects(store.commit(unit('x')), {
      ...UNAVAILABLE,
      issues: [{ diagnostics: /may have been made, or not/ }],
    })
    t.match(await sure.read('Basic', 'x'), { version: 2 })
  })

  t.test('closing lets what is under way come to its end', async (t) => {
    const { store, sure } = await open(t)
    const commits = Array.from({ length: 8 }, (_, at) => store.commit(unit(`c${at}`)))
    await store.close()
    t.equal((await Promise.all(commits)).length, 8)
    t.equal(await sure.countHistory({}, {}), 9)
    t.equal(store.ready(), false)
    await t.rejects(store.commit(unit('y')), UNAVAILABLE)
    await t.rejects(store.read('Basic', 'x'), UNAVAILABLE)
  })
})

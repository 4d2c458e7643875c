import { setTimeout } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { storeFolder } from '../../support/folder.ts'
import { mongoUrl } from '../../support/mongo.ts'
import { type Processes, startProcesses, until } from '../../support/processes.ts'
import { type CuttingProxy, openProxy, throughProxy, withoutProxy } from '../../support/proxy.ts'
import { spawnServer } from '../../support/spawn.ts'

// Of the way to the database, which is always MongoDB.
const skip = await withoutProxy()

t.setTimeout(300_000)

/** ms that a request may take while the database is away: its transaction is begun again for ten seconds. */
const LIMIT = 20_000

const basic = (id: string, count: number) => ({ resourceType: 'Basic', id, code: { text: String(count) } })

/** A server behind a proxy, and one beside it that has none. */
async function open(t: Test): Promise<{ behind: Processes; sure: Processes; proxy: CuttingProxy }> {
  const url = await mongoUrl(t)
  const { proxy, proxied } = await throughProxy(t, url)
  return { behind: await startProcesses(t, 1, proxied), sure: await startProcesses(t, 1, url), proxy }
}

const readyz = async ({ servers }: Processes) => (await fetch(`${servers[0]!.url}/readyz`)).status

/** What clients were told that go on and on writing, each to a resource of its own. */
class Writers {
  /** Versions that were acknowledged, by id. */
  readonly acknowledged = new Map<string, number[]>()
  readonly refusals: { status: number; retryAfter: string | null }[] = []
  longest = 0
  failure: unknown
  private stopped = false
  private readonly all: Promise<void>[]
  private readonly processes: Processes

  constructor(processes: Processes) {
    this.processes = processes
    this.all = Array.from({ length: 4 }, (_, at) => this.write(`w${at}`))
  }

  async stop(): Promise<void> {
    this.stopped = true
    await Promise.all(this.all)
  }

  /** Ends with its server. */
  private async write(id: string): Promise<void> {
    await this.writeOn(id).catch((error: unknown) => {
      if (!this.stopped && this.processes.servers[0]!.process.exitCode === null) this.failure = error
    })
  }

  private async writeOn(id: string): Promise<void> {
    const versions: number[] = []
    this.acknowledged.set(id, versions)
    for (let count = 0; !this.stopped; count++) {
      const began = Date.now()
      const { status, retryAfter, json } = await this.processes.ask('PUT', `Basic/${id}`, basic(id, count))
      this.longest = Math.max(this.longest, Date.now() - began)
      if (status === 200 || status === 201) versions.push(Number(json.meta.versionId))
      else this.refusals.push({ status, retryAfter })
      await setTimeout(20)
    }
  }
}

/** Lets clients write while something is done to the way to the database for some seconds. */
async function amid(
  t: Test,
  break_: (proxy: CuttingProxy) => Promise<void>,
  mend: (proxy: CuttingProxy) => Promise<void>,
) {
  const { behind, sure, proxy } = await open(t)
  const writers = new Writers(behind)
  await setTimeout(1_000)
  t.equal(await readyz(behind), 200)
  await break_(proxy)
  await until('/readyz says no', 30_000, async () => (await readyz(behind)) === 503)
  t.equal((await fetch(`${behind.servers[0]!.url}/livez`)).status, 200)
  const began = Date.now()
  for (const [method, path] of [
    ['GET', 'Basic/w0'],
    ['GET', 'Basic?code=x'],
    ['GET', 'Basic/w0/_history'],
    ['GET', '_history'],
    ['DELETE', 'Basic/other'],
  ] as const) {
    const { status, retryAfter, json } = await behind.ask(method, path)
    t.match(
      { status, retryAfter, json },
      { status: 503, retryAfter: '5', json: { issue: [{ code: 'transient' }] } },
      path,
    )
  }
  t.ok(Date.now() - began < 5 * LIMIT)
  t.equal((await behind.ask('GET', 'metadata')).status, 200, 'what needs no store is answered')
  t.equal(await readyz(sure), 200, 'who has another way goes on')
  await mend(proxy)
  await until('/readyz says yes again', 30_000, async () => (await readyz(behind)) === 200)
  const before = writers.acknowledged.get('w0')!.length
  await until('writes go on', 30_000, async () => writers.acknowledged.get('w0')!.length > before)
  await writers.stop()
  t.equal(writers.failure, undefined)
  t.ok(writers.refusals.length > 0)
  for (const one of writers.refusals) t.strictSame(one, { status: 503, retryAfter: '5' })
  t.ok(writers.longest < LIMIT, `the longest took ${writers.longest} ms`)
  for (const [id, versions] of writers.acknowledged) {
    const history = await sure.pages(`Basic/${id}/_history?_count=200`)
    const there = new Set(history.map(({ resource }) => Number(resource.meta.versionId)))
    t.strictSame(
      versions.filter((version) => !there.has(version)),
      [],
      `${id}: what was acknowledged is there`,
    )
    t.equal(Math.max(...there), there.size, 'without gaps')
  }
  t.comment(`${[...writers.acknowledged.values()].flat().length} writes, ${writers.refusals.length} refusals`)
}

t.test('the database is gone for a while', { skip }, async (t) => {
  let port = 0
  await amid(
    t,
    async (proxy) => {
      port = proxy.port
      await proxy.close()
    },
    (proxy) => proxy.listen(port),
  )
})

t.test('the network swallows all for a while', { skip }, async (t) => {
  await amid(
    t,
    async (proxy) => {
      proxy.dead = true
    },
    async (proxy) => {
      proxy.cutAll()
      proxy.dead = false
    },
  )
})

t.test('a server whose database is gone ends when it is told to', { skip }, async (t) => {
  const { behind, proxy } = await open(t)
  await proxy.close()
  const waiting = behind.ask('PUT', 'Basic/x', basic('x', 1)).catch(() => undefined)
  const began = Date.now()
  t.equal(await behind.servers[0]!.end('SIGTERM'), 0)
  t.ok(Date.now() - began < 25_000, `${Date.now() - began} ms`)
  await waiting
})

t.test('what is wrong at the start is said in one sentence, without secrets', { skip }, async (t) => {
  const proxy = await openProxy(t, 9)
  proxy.dead = true
  for (const [url, words] of [
    ['mongodb://ann:secret@127.0.0.1:9/x', /mongodb:\/\/127\.0\.0\.1:9\/x: MongoDB cannot be reached/],
    [`mongodb://ann:secret@127.0.0.1:${proxy.port}/x`, /MongoDB cannot be reached/],
    ['mongodb://ann:secret@127.0.0.1:9/x?replicaSet=', /chartroom: /],
    ['mongodb://ann:secret@127.0.0.1:9/x?noSuchOption=1', /chartroom: /],
    ['mongodb+srv://ann:secret@no.such.host.invalid/x', /chartroom: /],
  ] as const) {
    const began = Date.now()
    const error = await spawnServer(storeFolder(t), { MONGODB_URL: url }).catch((one: Error) => one)
    t.match(String(error), words, url)
    t.match(String(error), /^Error: the server ended: chartroom: [^\n]+\n$/, 'one sentence')
    t.notMatch(String(error), /secret/)
    t.ok(Date.now() - began < 40_000)
  }
})

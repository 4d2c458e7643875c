import { pino } from 'pino'
import t, { type Test } from 'tap'
import { buildApp } from '../../../server/app.ts'
import { readConfig } from '../../../server/config.ts'
import { openServices } from '../../../server/services.ts'
import { storeFolder } from '../../support/folder.ts'
import { placeOf } from '../../support/place.ts'
import { openServer } from '../../support/server.ts'
import { spawnServer } from '../../support/spawn.ts'

/** An app whose start is told to be done or not. */
async function open(t: Test, start: { done: boolean }) {
  const services = await openServices(readConfig({ ...(await placeOf(storeFolder(t))), DEMO: 'off' }))
  const app = buildApp(services, { logger: pino({ level: 'silent' }), flush: async () => undefined }, start)
  t.teardown(async () => {
    await app.close()
    await services.close()
  })
  const get = async (url: string) => {
    const { statusCode, body, headers } = await app.inject(url)
    const { 'content-type': type, 'cache-control': cache, 'retry-after': retry } = headers
    return { status: statusCode, body, type, cache, retry }
  }
  return { get, services }
}

const TEXT = { type: /^text\/plain/, cache: 'no-store' }

t.test('/readyz says 503 until the start is done', async (t) => {
  const start = { done: false }
  const { get, services } = await open(t, start)
  t.match(await get('/readyz'), { status: 503, body: 'starting\n', retry: '5', ...TEXT })
  t.match(await get('/livez'), { status: 200, body: 'alive\n', ...TEXT })
  t.equal((await get('/fhir/metadata')).status, 200, 'what is there is served meanwhile')
  start.done = true
  t.match(await get('/readyz'), { status: 200, body: 'ready\n', retry: undefined, ...TEXT })
  await services.store.close()
  t.match(await get('/readyz'), { status: 503, body: 'the store cannot be reached\n', ...TEXT })
  t.match(await get('/livez'), { status: 200, body: 'alive\n', ...TEXT })
  start.done = false
  t.match(await get('/readyz'), { status: 503, body: 'starting\n' })
})

t.test('a server that was just built without more is ready', async (t) => {
  const { app } = await openServer(t)
  t.match(await app.inject('/readyz'), { statusCode: 200, body: 'ready\n' })
})

t.test('HEAD, other methods and a query', async (t) => {
  const { app } = await openServer(t)
  for (const url of ['/livez', '/readyz']) {
    t.match(await app.inject({ url, method: 'HEAD' }), { statusCode: 200, body: '' }, url)
    t.equal((await app.inject(`${url}?x=1`)).statusCode, 200, url)
    const post = await app.inject({ url, method: 'POST' })
    t.ok(post.statusCode === 404 || post.statusCode === 405, `POST ${url}: ${post.statusCode}`)
    t.equal(post.json().resourceType, 'OperationOutcome', url)
  }
})

t.test('the demo hospital is whole when the server is ready', async (t) => {
  const server = await spawnServer(storeFolder(t), { DEMO: 'on' })
  t.teardown(() => server.stop())
  const { total } = (await (await fetch(`${server.fhir}/Patient?_summary=count`)).json()) as { total: number }
  t.equal(total, 30)
})

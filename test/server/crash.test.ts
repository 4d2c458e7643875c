import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import t from 'tap'
import { storeFolder } from '../support/folder.ts'
import { type SpawnedServer, spawnServer } from '../support/spawn.ts'

const SIZE = 40

const JSON_BODY = { 'content-type': 'application/fhir+json' }

const send = (url: string, method: string, body: unknown) =>
  fetch(url, { method, headers: { ...JSON_BODY, prefer: 'return=minimal' }, body: JSON.stringify(body) })

/** Writes transactions and single resources until the server is gone; notes what was acknowledged. */
async function write(server: SpawnedServer, writer: number, acknowledged: string[]): Promise<void> {
  for (let round = 0; ; round++) {
    const mark = `w${writer}-${round}`
    const tag = [{ system: 'http://test', code: mark }]
    try {
      const entry = Array.from({ length: SIZE }, () => ({
        resource: { resourceType: 'Basic', meta: { tag }, code: { text: mark } },
        request: { method: 'POST', url: 'Basic' },
      }))
      const bundle = await send(server.fhir, 'POST', { resourceType: 'Bundle', type: 'transaction', entry })
      if (bundle.status === 200) acknowledged.push(`Basic?_tag=${mark}`)
      await bundle.arrayBuffer()
      const single = await send(`${server.fhir}/Flag/${mark}`, 'PUT', {
        resourceType: 'Flag',
        id: mark,
        status: 'active',
        code: { text: 'x' },
        subject: { reference: 'Patient/p' },
      })
      if (single.status === 201) acknowledged.push(`Flag/${mark}`)
      await single.arrayBuffer()
    } catch {
      return
    }
  }
}

t.test('kill -9 in mid-load: what was acknowledged is there, and no half transaction', async (t) => {
  const folder = storeFolder(t)
  const acknowledged: string[] = []
  for (let life = 0; life < 3; life++) {
    const server = await spawnServer(folder)
    const before = acknowledged.length
    const writers = Array.from({ length: 8 }, (_, at) => write(server, life * 8 + at, acknowledged))
    while (acknowledged.length < before + 60) await new Promise((resolve) => setTimeout(resolve, 5))
    t.equal(await server.end('SIGKILL'), 'SIGKILL')
    await Promise.all(writers)
  }
  const server = await spawnServer(folder)
  t.teardown(() => server.stop())
  for (const path of acknowledged) {
    const response = await fetch(`${server.fhir}/${path}${path.includes('?') ? '&_summary=count' : ''}`)
    const body = (await response.json()) as { total?: number }
    if (response.status !== 200 || (path.includes('?') && body.total !== SIZE))
      t.fail(`${path}: ${response.status}, ${body.total}`)
  }
  const { total } = (await (await fetch(`${server.fhir}/Basic?_summary=count`)).json()) as { total: number }
  t.equal(total % SIZE, 0, 'transactions are there whole or not at all')
  t.ok(acknowledged.length >= 180)
  t.comment(`${acknowledged.length} acknowledged writes survived three kills`)
})

t.test('SIGTERM: finishes what is under way, closes the store, exits 0', async (t) => {
  const folder = storeFolder(t)
  const server = await spawnServer(folder)
  const entry = Array.from({ length: 3000 }, () => ({
    resource: { resourceType: 'Basic', code: { text: 'x' } },
    request: { method: 'POST', url: 'Basic' },
  }))
  const outgoing = request(server.fhir, { method: 'POST', headers: JSON_BODY })
  const answered = once(outgoing, 'response')
  outgoing.end(JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry }))
  await once(outgoing, 'finish')
  // What is answered came later than the connection above: that is no longer on its way.
  await fetch(`${server.url}/readyz`)
  const started = Date.now()
  const [answer, code] = await Promise.all([answered, server.end('SIGTERM')])
  const response = answer[0] as IncomingMessage
  response.resume()
  t.equal(response.statusCode, 200)
  t.equal(code, 0)
  t.ok(Date.now() - started < 30_000)
  const again = await spawnServer(folder)
  const { total } = (await (await fetch(`${again.fhir}/Basic?_summary=count`)).json()) as { total: number }
  t.equal(total, 3000)
  t.equal(await again.end('SIGINT'), 0)
  t.match(again.output(), /"msg":"closed"/)
})

t.test('a request that never ends does not hold the shutdown up', { timeout: 60_000 }, async (t) => {
  const server = await spawnServer(storeFolder(t))
  const { connect } = await import('node:net')
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.write(
    'POST /fhir/Patient HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
  )
  await new Promise((resolve) => setTimeout(resolve, 100))
  const started = Date.now()
  t.equal(await server.end('SIGTERM'), 0)
  t.ok(Date.now() - started < 30_000)
})

t.test('refuses to start with words', async (t) => {
  const folder = storeFolder(t)
  await t.rejects(spawnServer(folder, { HOST: '0.0.0.0' }), /only loopback is served/)
  await t.rejects(spawnServer(folder, { CHARTROOM_SHOE: '1' }), /CHARTROOM_SHOE is not a setting/)
  const server = await spawnServer(folder)
  await t.rejects(spawnServer(folder), /in use by another chartroom process/)
  t.equal(await server.end('SIGTERM'), 0)
})

import { once } from 'node:events'
import { Agent, request as ask, type IncomingMessage } from 'node:http'
import t from 'tap'
import { dial, listen, logged, nextRequest } from '../../support/listen.ts'

const HEAD = 'HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/fhir+json\r\n'
const JSON_BODY = { 'content-type': 'application/fhir+json' }
const SECRET = 'Zyxwvut'

for (const [name, length] of [
  ['a short body', 'content-length: 1000'],
  ['a long body', 'content-length: 1000000'],
  ['a body in chunks', 'transfer-encoding: chunked'],
  ['a packed body', 'content-encoding: gzip\r\ncontent-length: 1000'],
]) {
  t.test(`a client that hangs up in the middle of ${name} has its line, and the server goes on`, async (t) => {
    const it = await listen(t)
    const socket = await dial(t, it.port)
    const asked = nextRequest(it)
    socket.write(`PUT /fhir/Patient/${SECRET}?${SECRET}=1 ${HEAD}${length}\r\n\r\n`)
    const [request] = await asked
    const closed = new Promise((resolve) => request.once('close', resolve))
    socket.write(length?.startsWith('transfer') ? `8\r\n{"${SECRET.slice(0, 6)}\r\n` : `{"${SECRET}`)
    socket.destroy()
    const line = await logged(it.server, /client left/)
    t.match(JSON.parse(line), {
      method: 'PUT',
      aborted: true,
      route: '/fhir/:type/:id',
      type: 'Patient',
      interaction: 'update',
      id: /.+/,
    })
    await closed
    t.equal((await fetch(`${it.fhir}/Patient/${SECRET}`)).status, 404, 'nothing was written')
    await logged(it.server, /"status":404/)
    t.equal(it.server.log.length, 2, 'one line a request')
    t.notMatch(it.server.log.join(''), new RegExp(SECRET.slice(0, 6)))
    t.notMatch(it.server.log.join(''), /"level":50/, 'and no fault of the server')
  })
}

t.test('a client that does not wait for its answer has its line too', async (t) => {
  const it = await listen(t)
  const { store } = it.server.services
  const gate = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const read = store.read.bind(store)
  store.read = async (type, id) => {
    reached.resolve()
    await gate.promise
    return read(type, id)
  }
  const socket = await dial(t, it.port)
  socket.write(`GET /fhir/Patient/${SECRET} HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  await reached.promise
  socket.destroy()
  t.match(JSON.parse(await logged(it.server, /client left/)), { method: 'GET', interaction: 'read', aborted: true })
  gate.resolve()
  t.equal((await fetch(`${it.fhir}/Patient/none`)).status, 404)
  await logged(it.server, /"status":404/)
  t.equal(it.server.log.filter((line) => /"GET"/.test(line)).length, 2, 'one line a request')
})

t.test('a write whose client left before its answer is done all the same, and has its line', async (t) => {
  const it = await listen(t)
  const { store } = it.server.services
  const reached = Promise.withResolvers<void>()
  const gate = Promise.withResolvers<void>()
  const commit = store.commit.bind(store)
  store.commit = async (unit) => {
    reached.resolve()
    await gate.promise
    return commit(unit)
  }
  const body = '{"resourceType":"Patient","id":"p"}'
  const socket = await dial(t, it.port)
  const asked = nextRequest(it)
  socket.write(`PUT /fhir/Patient/p ${HEAD}content-length: ${body.length}\r\n\r\n${body}`)
  const [, response] = await asked
  await reached.promise
  const closed = once(response, 'close')
  socket.destroy()
  await closed
  gate.resolve()
  store.commit = commit
  const next = await fetch(`${it.fhir}/Patient/q`, {
    method: 'PUT',
    headers: JSON_BODY,
    body: body.replace('"p"', '"q"'),
  })
  t.equal(next.status, 201)
  await logged(it.server, /"status":201/)
  t.equal((await fetch(`${it.fhir}/Patient/p`)).status, 200)
  t.equal(it.server.log.filter((line) => /"PUT"/.test(line)).length, 2, 'one line a request')
})

t.test('large answers on one connection leave nothing behind on it', async (t) => {
  const it = await listen(t)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  const warnings: string[] = []
  const note = (warning: Error) => warnings.push(warning.name)
  process.on('warning', note)
  t.teardown(() => process.off('warning', note))
  for (let round = 0; round < 15; round++) {
    const [response] = (await once(ask(`${it.fhir}/metadata`, { agent }).end(), 'response')) as [IncomingMessage]
    await once(response.resume(), 'end')
    await new Promise(setImmediate)
  }
  t.strictSame(warnings, [])
})

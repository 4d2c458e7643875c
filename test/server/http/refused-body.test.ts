import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { storeFolder } from '../../support/folder.ts'
import { type SpawnedServer, spawnServer } from '../../support/spawn.ts'

// In a process of its own: what a client sends after its body was refused must not end the server.

const HEAD = 'POST /fhir/Patient HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/fhir+json\r\n'
const LIMIT = 200_000

const chunked = (bytes: Buffer) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])

async function open(t: Test): Promise<SpawnedServer> {
  const server = await spawnServer(storeFolder(t), {
    CHARTROOM_MAX_BODY: String(LIMIT),
    CHARTROOM_MAX_IN_FLIGHT: '400000',
  })
  t.teardown(() => server.stop())
  return server
}

async function dial(t: Test, { url }: SpawnedServer): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  t.teardown(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Resolves when the log has a line of a POST, or when the server is no more. */
async function postLogged({ process: child, output }: SpawnedServer): Promise<void> {
  const ended = Promise.withResolvers<void>()
  child.once('exit', () => ended.resolve())
  child.stdout?.on('data', () => /"POST"/.test(output()) && ended.resolve())
  if (child.exitCode !== null || /"POST"/.test(output())) ended.resolve()
  await ended.promise
}

async function serves(t: Test, { url, process: child, output }: SpawnedServer): Promise<void> {
  const alive = await fetch(`${url}/livez`).then(
    ({ status }) => status,
    () => 'no answer',
  )
  t.equal(alive, 200, 'it goes on')
  t.equal(child.exitCode, null, output().slice(-1000))
  t.notMatch(output(), /Unhandled|uncaught/i)
}

const whole = gzipSync(randomBytes(LIMIT * 4))
const cut = whole.subarray(0, whole.length - 100)
const corrupt = Buffer.concat([gzipSync(Buffer.alloc(LIMIT + 9000, 0x20)).subarray(0, -20), Buffer.alloc(4000, 0xff)])

for (const [name, headers, body] of [
  ['of a length that is told', `content-length: ${LIMIT * 2}`, Buffer.alloc(LIMIT + 50_000, 0x20)],
  ['in chunks', 'transfer-encoding: chunked', chunked(Buffer.alloc(LIMIT + 50_000, 0x20))],
  ['packed', `content-encoding: gzip\r\ncontent-length: ${whole.length}`, cut],
  ['packed and broken', `content-encoding: gzip\r\ncontent-length: ${corrupt.length + 10}`, corrupt],
  ['packed, in chunks', 'content-encoding: gzip\r\ntransfer-encoding: chunked', chunked(cut)],
] as const) {
  t.test(`a client that hangs up while a body ${name} is refused for its size`, async (t) => {
    const server = await open(t)
    const socket = await dial(t, server)
    socket.write(`${HEAD}${headers}\r\n\r\n`)
    await new Promise<void>((resolve) => socket.write(body, () => resolve()))
    socket.end()
    await postLogged(server)
    await serves(t, server)
  })
}

t.test('a body in chunks that goes on when it was refused, while no room is left', async (t) => {
  const server = await open(t)
  const holder = await dial(t, server)
  holder.write(`${HEAD}expect: 100-continue\r\ncontent-length: 100000\r\n\r\n`)
  await once(holder, 'data')
  const socket = await dial(t, server)
  socket.write(`${HEAD}transfer-encoding: chunked\r\n\r\n`)
  for (let sent = 0; sent < 4; sent++) socket.write(chunked(Buffer.alloc(100_000, 0x20)))
  socket.write('0\r\n\r\n')
  const answer = await new Promise((resolve) => socket.once('data', resolve).once('close', resolve))
  t.match(String(answer), /^HTTP\/1\.1 (413|503) /)
  await serves(t, server)
})

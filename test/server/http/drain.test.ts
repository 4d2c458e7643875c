import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as ask, type IncomingMessage } from 'node:http'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { type Listening, listen, nextRequest } from '../../support/listen.ts'

const LIMIT = { CHARTROOM_MAX_BODY: '200000', CHARTROOM_MAX_BUNDLE: '300000' }
const CHUNK = Buffer.alloc(64 * 1024, 0x20)

/**
 * Sends a body piece by piece, and takes the answer only when all of it is sent: as clients do that write first and
 * read then. Gives status and body of the answer.
 */
async function sendWhole(
  { fhir }: Listening,
  path: string,
  pieces: Buffer[],
  headers: Record<string, string | number>,
) {
  const request = ask(`${fhir}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json', ...headers },
  })
  const answered = once(request, 'response')
  for (const piece of pieces) if (!request.write(piece)) await once(request, 'drain')
  request.end()
  const [response] = (await answered) as [IncomingMessage]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return { status: response.statusCode, json: JSON.parse(text) }
}

/** How far a refused request had come in when its answer went out. */
async function completeAtAnswer(it: Listening): Promise<boolean> {
  const [request, response] = await nextRequest(it)
  await once(response, 'finish')
  return request.complete
}

const REFUSED = { status: 413, json: { resourceType: 'OperationOutcome', issue: [{ code: 'too-long' }] } }

const many = Array.from({ length: 200 }, () => CHUNK)
const bytes = many.length * CHUNK.length
const packed = gzipSync(randomBytes(bytes), { level: 1 })

for (const [name, path, pieces, headers] of [
  ['a body whose length is told', '/Patient', many, { 'content-length': bytes }],
  ['a Bundle', '', many, { 'content-length': bytes }],
  ['a body in chunks', '/Patient', many, { 'transfer-encoding': 'chunked' }],
  ['a packed body', '/Patient', [packed], { 'content-encoding': 'gzip', 'content-length': packed.length }],
] as const) {
  t.test(`413 is seen by a client that is still sending ${name}`, async (t) => {
    const it = await listen(t, LIMIT)
    const complete = completeAtAnswer(it)
    t.match(await sendWhole(it, path, [...pieces], headers), REFUSED)
    t.equal(await complete, true, 'what was left of the body was read before the answer')
    t.equal((await fetch(`${it.fhir}/metadata`)).status, 200)
    t.match(JSON.parse(it.server.log[0] ?? ''), { method: 'POST', status: 413 })
    t.equal(it.server.log.filter((line) => /"POST"/.test(line)).length, 1, 'one line')
  })
}

t.test('413 to a client that stops sending, too', async (t) => {
  const it = await listen(t, LIMIT)
  const request = ask(`${it.fhir}/Patient`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json', 'content-length': 250_000 },
  })
  request.on('error', () => undefined)
  t.teardown(() => request.destroy())
  request.flushHeaders()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  t.equal(response.statusCode, 413)
})

t.test('limits to the byte', async (t) => {
  const it = await listen(t, LIMIT)
  const status = async (path: string, length: number) => {
    const body = '{"resourceType":"Patient"}'.padEnd(length)
    const headers = { 'content-type': 'application/fhir+json' }
    return (await fetch(`${it.fhir}${path}`, { method: 'POST', headers, body })).status
  }
  t.equal(await status('/Patient', 200_000), 201)
  t.equal(await status('/Patient', 200_001), 413)
  t.equal(await status('', 300_000), 400, 'a Patient is no Bundle')
  t.equal(await status('', 300_001), 413)
})

import { once } from 'node:events'
import { request as ask, type ClientRequest } from 'node:http'
import t, { type Test } from 'tap'
import { InFlight } from '../../../server/http/in-flight.ts'
import { dial, type Listening, listen, nextRequest } from '../../support/listen.ts'

const JSON_BODY = { 'content-type': 'application/fhir+json' }

/** A Patient of about so many bytes. */
const patient = (id: string, bytes: number) =>
  JSON.stringify({ resourceType: 'Patient', id, name: [{ family: 'x'.repeat(bytes) }] })

/** A body that is on its way and does not end; resolves when the server has found room for it. */
async function holdRoom(t: Test, { fhir }: Listening, bytes: number): Promise<ClientRequest> {
  const headers = { ...JSON_BODY, prefer: 'return=minimal', 'content-length': bytes, expect: '100-continue' }
  const request = ask(`${fhir}/Patient/held`, { method: 'PUT', headers })
  request.on('error', () => undefined)
  t.teardown(() => request.destroy())
  request.flushHeaders()
  await once(request, 'continue')
  return request
}

const put = (it: Listening, bytes: number, body: NonNullable<RequestInit['body']> = patient('p', bytes), more = {}) =>
  fetch(`${it.fhir}/Patient/p`, {
    method: 'PUT',
    headers: { ...JSON_BODY, prefer: 'return=minimal', ...more },
    body,
    ...({ duplex: 'half' } as object),
  })

async function refused(t: Test, response: Response, name: string) {
  t.equal(response.status, 503, name)
  t.equal(response.headers.get('retry-after'), '5', name)
  t.match(await response.json(), { resourceType: 'OperationOutcome', issue: [{ code: 'throttled' }] }, name)
}

t.test('room is counted, and each is given back once', async (t) => {
  const room = new InFlight(100)
  const one = room.take(60)
  const other = room.take(40)
  t.throws(() => room.take(1), { name: 'FhirError', kind: 'unavailable', issues: [{ code: 'throttled' }] })
  one()
  one()
  t.throws(() => room.take(61), { name: 'FhirError', kind: 'unavailable' }, 'what is given back twice counts once')
  room.take(60)()
  other()
  room.take(1000)()
  t.doesNotThrow(() => room.take(1000), 'what is alone always fits')
})

t.test('bodies past the limit: 503, small ones and reads go on, and room comes back', async (t) => {
  const it = await listen(t, { CHARTROOM_MAX_IN_FLIGHT: '400000' })
  const held = await holdRoom(t, it, 300_000)
  await refused(t, await put(it, 200_000), 'a second large body')
  t.equal((await put(it, 10)).status, 201, 'a small one')
  t.equal((await put(it, 80_000)).status, 200, 'one that fits beside it')
  t.equal((await fetch(`${it.fhir}/Patient?_summary=count`)).status, 200, 'a small answer')
  const answered = once(held, 'response')
  const body = patient('held', 200_000)
  held.end(body.padEnd(300_000))
  const [response] = (await answered) as [{ statusCode: number; resume(): void }]
  response.resume()
  t.equal(response.statusCode, 201)
  t.equal((await put(it, 200_000)).status, 200, 'the room is free again')
})

t.test(
  'a write that was carried out is not answered as if it had not been, for want of room for its answer',
  async (t) => {
    const it = await listen(t, { CHARTROOM_MAX_IN_FLIGHT: '400000' })
    const whole = { prefer: 'return=representation' }
    t.equal((await put(it, 300_000, undefined, whole)).status, 201, 'alone')
    const held = await holdRoom(t, it, 300_000)
    const { status } = await put(it, 80_000, undefined, whole)
    const { headers } = await fetch(`${it.fhir}/Patient/p`, { method: 'HEAD' })
    t.equal(headers.get('etag'), status === 503 ? 'W/"1"' : 'W/"2"', `${status} means what it says`)
    held.destroy()
  },
)

t.test('a client that aborts gives its room back', async (t) => {
  const it = await listen(t, { CHARTROOM_MAX_IN_FLIGHT: '400000' })
  for (let round = 0; round < 5; round++) {
    const asked = nextRequest(it)
    const held = await holdRoom(t, it, 300_000)
    const [, response] = await asked
    await refused(t, await put(it, 200_000), 'while it is held')
    const closed = once(response, 'close')
    held.write('{"resourceType"')
    held.destroy()
    await closed
  }
  t.equal((await put(it, 200_000)).status, 201)
})

t.test('bodies whose length is not told count as they grow', async (t) => {
  const it = await listen(t, { CHARTROOM_MAX_IN_FLIGHT: '400000' })
  const held = await holdRoom(t, it, 300_000)
  const chunks = () => new Blob([patient('p', 200_000)]).stream()
  await refused(t, await put(it, 0, chunks()), 'chunked')
  const { gzipSync } = await import('node:zlib')
  const packed = gzipSync(patient('p', 200_000))
  t.ok(packed.length < 10_000)
  await refused(t, await put(it, 0, packed, { 'content-encoding': 'gzip' }), 'packed')
  held.destroy()
})

t.test('refusals hold no room themselves', async (t) => {
  const it = await listen(t, { CHARTROOM_MAX_IN_FLIGHT: '400000', CHARTROOM_MAX_BODY: '350000' })
  for (let round = 0; round < 3; round++) {
    t.equal((await put(it, 380_000)).status, 413)
    t.equal((await put(it, 0, '{'.repeat(200_000))).status, 400)
    t.equal((await fetch(`${it.fhir}/Nonsense`, { method: 'POST', body: 'x'.repeat(200_000) })).status, 404)
  }
  const one = await holdRoom(t, it, 150_000)
  t.equal((await put(it, 200_000)).status, 201, 'nothing is held but the one')
  one.destroy()
})

t.test('an answer that its client does not take holds room until the client leaves', async (t) => {
  const it = await listen(t, { CHARTROOM_MAX_IN_FLIGHT: '9000000' })
  for (let at = 0; at < 20; at++) {
    const body = patient(`p${at}`, 1_000_000)
    t.equal((await fetch(`${it.fhir}/Patient/p${at}`, { method: 'PUT', headers: JSON_BODY, body })).status, 201)
  }
  const socket = await dial(t, it.port)
  socket.pause()
  const asked = nextRequest(it)
  socket.write('GET /fhir/Patient?_count=20 HTTP/1.1\r\nhost: localhost\r\n\r\n')
  const [, response] = await asked
  // The head is written when the answer is made; the kernel does not take 20 MB for a client that reads nothing.
  await once(socket.resume(), 'data')
  socket.pause()
  t.notOk(response.writableFinished, 'it is stuck')
  await refused(t, await put(it, 200_000), 'a body meanwhile')
  await refused(t, await fetch(`${it.fhir}/Patient/p0`), 'a large answer meanwhile')
  t.equal((await fetch(`${it.fhir}/Patient?_summary=count`)).status, 200)
  const closed = once(response, 'close')
  socket.destroy()
  await closed
  t.equal((await fetch(`${it.fhir}/Patient/p0`)).status, 200)
})

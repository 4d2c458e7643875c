import t from 'tap'
import { batch, get, patient, post, put, remove, transaction, versions } from '../../support/bundles.ts'
import { BASE, type Json, openServer, type TestServer } from '../../support/server.ts'

/** Of a resource with this content, five fit into one answer. */
const CONTENT = Buffer.alloc(9_000_000, 'x')
const FIT = 5

async function withLargeBinary(t: Parameters<typeof openServer>[0]): Promise<TestServer> {
  const server = await openServer(t)
  await server.put('Binary/b', CONTENT, { 'content-type': 'text/plain' })
  return server
}

const statusesOf = (json: Json): string[] => json.entry.map(({ response }: Json) => response.status.slice(0, 3))
const TOO_MUCH = {
  resourceType: 'OperationOutcome',
  issue: [{ code: 'too-costly', diagnostics: /more than \d+ bytes/ }],
}

t.test('a Bundle that asks for more than one answer holds is told so, where it is too much', async (t) => {
  for (const make of [batch, transaction]) {
    const server = await withLargeBinary(t)
    const reads = Array.from({ length: FIT + 3 }, () => get('Binary/b'))
    const { status, json } = await server.post('', make(put(patient({ id: 'p' })), ...reads))
    t.equal(status, 200)
    t.strictSame(statusesOf(json), ['201', ...Array(FIT).fill('200'), '413', '413', '413'])
    t.match(json.entry.at(-1).response.outcome, TOO_MUCH)
    t.notOk(json.entry.at(-1).resource)
    t.equal(json.entry[FIT].resource.data.length, 12_000_000)
    t.equal((await server.get('Patient/p')).status, 200, 'what was written is written')
  }
})

t.test('writes are carried out all the same, and answered without their text', async (t) => {
  for (const make of [batch, transaction]) {
    const server = await withLargeBinary(t)
    const binary = { resourceType: 'Binary', contentType: 'text/plain', data: 'eA==' }
    const creates = Array.from({ length: FIT + 2 }, () => post(binary, { ifNoneExist: '_id=b' }))
    const entries = [...creates, get('Binary/b'), put({ ...binary, id: 'c' }), remove('Binary/none')]
    const { json } = await server.post('', make(...entries), { prefer: 'return=representation' })
    t.strictSame(statusesOf(json), [...Array(FIT + 2).fill('200'), '413', '201', '204'])
    const withText = json.entry.map(({ resource }: Json) => resource !== undefined)
    t.strictSame(withText, [...Array(FIT).fill(true), false, false, false, false, false])
    t.match(json.entry[FIT + 1].response, { location: `${BASE}/Binary/b/_history/1`, etag: 'W/"1"' })
    t.match((await server.get('Binary/c', { accept: 'application/fhir+json' })).json, { id: 'c' })
    t.equal(await versions(server), 2)
  }
})

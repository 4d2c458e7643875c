import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { defineInquiry, type Inquiry, type ToldStream } from '../../../operations/inquiry.ts'
import { FhirError } from '../../../resources/fhir-error.ts'
import { Trace } from '../../../server/audit/trace.ts'
import type { Call, Result } from '../../../server/call.ts'
import { runInquiry } from '../../../server/interactions/inquiry.ts'
import { dial, type Listening, listen, logged } from '../../support/listen.ts'

const SECRET = 'Zyxwvut'
const PATH = 'Patient/a/$everything'

const resultOf = (work: Promise<Result['answer']>): Promise<Result> =>
  work.then(
    (answer) => ({ answer }) as Result,
    (error) => ({ error }),
  )

const inquiryOf = (run: Parameters<typeof defineInquiry>[0]['run'], demand: Inquiry['demand'] = () => undefined) =>
  defineInquiry({
    code: 'told',
    definition: 'https://example.org/told',
    levels: ['instance'],
    resourceTypes: ['Patient'],
    affectsState: false,
    judgedBy: 'AuditEvent',
    input: { format: { type: 'code', doc: 'how' } },
    demand,
    run,
  })

const CALL = { interaction: 'operation', type: 'Patient', id: 'a', query: [] } as unknown as Call & { type: string }

/** As the dispatcher hands a call on. */
const traced = (call: Call & { type: string }) => ({ ...call, trace: new Trace('http://127.0.0.1:8080/fhir') })

/** A server on which every operation is this one. */
async function asking(t: Test, inquiry: Inquiry): Promise<Listening> {
  const it = await listen(t)
  const { services } = it.server
  const { dispatch } = services
  services.dispatch = (call) =>
    call.interaction === 'operation'
      ? resultOf(runInquiry(inquiry, traced({ ...call, type: 'Patient' }), services, []))
      : dispatch(call)
  return it
}

const streamed = (chunks: AsyncIterable<string>, mediaType: ToldStream['mediaType'] = 'text/csv') =>
  inquiryOf(async () => ({ mediaType, chunks, fileName: 'report.csv' }))

async function* rows(count: number) {
  for (let row = 0; row < count; row++) yield `row ${row}\n`
}

const whole = Array.from({ length: 50_000 }, (_, row) => `row ${row}\n`).join('')

t.test('a stream comes whole, as a file of its type, packed or not', async (t) => {
  const { fhir } = await asking(t, streamed(rows(50_000)))
  const plain = await fetch(`${fhir}/${PATH}?format=csv`, { headers: { 'accept-encoding': 'identity' } })
  t.equal(plain.status, 200)
  t.equal(plain.headers.get('content-type'), 'text/csv; charset=utf-8')
  t.equal(plain.headers.get('content-disposition'), 'attachment; filename="report.csv"')
  t.equal(plain.headers.get('cache-control'), 'no-store')
  t.equal(await plain.text(), whole)
  const { fhir: other } = await asking(t, streamed(rows(50_000)))
  const packed = await fetch(`${other}/${PATH}?format=csv`, { headers: { 'accept-encoding': 'gzip' } })
  t.equal(packed.headers.get('content-encoding'), 'gzip')
  t.equal(await packed.text(), whole)
})

t.test('a page may be shown, and nothing in it be run', async (t) => {
  const { fhir } = await asking(t, streamed(rows(1), 'text/html'))
  const { headers } = await fetch(`${fhir}/${PATH}?format=html`, { headers: { accept: 'text/html' } })
  t.equal(headers.get('content-type'), 'text/html; charset=utf-8')
  t.match(headers.get('content-security-policy'), /sandbox; default-src 'none'/)
})

t.test('a format that is named goes before Accept; without one the client has to take FHIR JSON', async (t) => {
  const { fhir } = await asking(
    t,
    inquiryOf(async () => ({ resource: { resourceType: 'Parameters' } })),
  )
  const headers = { accept: 'text/csv' }
  t.equal((await fetch(`${fhir}/${PATH}?format=csv`, { headers })).status, 200)
  t.equal((await fetch(`${fhir}/${PATH}`, { headers })).status, 406)
  t.equal((await fetch(`${fhir}/Patient?format=csv`, { headers })).status, 406, 'a search has no such format')
})

t.test('it is made no faster than the client takes it, and ends when the client leaves', async (t) => {
  let made = 0
  const ended = Promise.withResolvers<void>()
  async function* endless() {
    try {
      for (;;) {
        made++
        yield 'x'.repeat(1000)
      }
    } finally {
      ended.resolve()
    }
  }
  const { port } = await asking(t, streamed(endless()))
  const socket = await dial(t, port)
  socket.write(`GET /fhir/${PATH}?format=csv HTTP/1.1\r\nhost: localhost\r\n\r\n`)
  await once(socket, 'readable')
  let before = -1
  for (let quiet = 0; quiet < 200; quiet = made === before ? quiet + 1 : 0) {
    before = made
    await turn()
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  t.ok(made < 20_000, `${made} pieces were made for a client that takes none: what a socket holds`)
  socket.destroy()
  await ended.promise
  t.pass('the work has ended')
})

t.test('work that fails before its first piece is answered as an error', async (t) => {
  const failing = async function* (isFailing = true) {
    if (isFailing) throw FhirError.of('unavailable', 'Not now.')
    yield ''
  }
  const { fhir } = await asking(t, streamed(failing()))
  const reply = await fetch(`${fhir}/${PATH}?format=csv`)
  t.equal(reply.status, 503)
  t.match(await reply.json(), { resourceType: 'OperationOutcome', issue: [{ diagnostics: 'Not now.' }] })
})

for (const encoding of ['identity', 'gzip']) {
  t.test(`work that fails later breaks the connection (${encoding}), and its words stay out of the log`, async (t) => {
    async function* failing(): AsyncGenerator<string> {
      for await (const row of rows(20_000)) yield row
      throw new Error(`${SECRET} is in here`)
    }
    const { fhir, server } = await asking(t, streamed(failing()))
    const reply = await fetch(`${fhir}/${PATH}?format=csv`, { headers: { 'accept-encoding': encoding } })
    t.equal(reply.status, 200)
    await t.rejects(reply.text())
    await logged(server, /the answer broke off/)
    t.notMatch(server.log.join(''), new RegExp(SECRET))
    t.equal((await fetch(`${fhir}/metadata`)).status, 200, 'the server goes on')
  })
}

t.test('over HTTP/1.0, where the end of the connection is that of the answer, it is reset', async (t) => {
  async function* failing(): AsyncGenerator<string> {
    for await (const row of rows(20_000)) yield row
    throw new Error('failed')
  }
  const { port } = await asking(t, streamed(failing()))
  const socket = await dial(t, port)
  const ended = new Promise<string>((resolve) => {
    socket.once('end', () => resolve('as if it were whole')).once('error', ({ message }) => resolve(message))
  })
  socket.resume().write(`GET /fhir/${PATH}?format=csv HTTP/1.0\r\nhost: localhost\r\n\r\n`)
  t.match(await ended, /ECONNRESET/)
})

t.test('HEAD tells the form, and ends the work', async (t) => {
  const ended = Promise.withResolvers<void>()
  async function* endless() {
    try {
      for (;;) yield 'x'
    } finally {
      ended.resolve()
    }
  }
  const { fhir } = await asking(t, streamed(endless()))
  const reply = await fetch(`${fhir}/${PATH}?format=csv`, { method: 'HEAD' })
  t.equal(reply.headers.get('content-type'), 'text/csv; charset=utf-8')
  t.equal(await reply.text(), '')
  await ended.promise
})

t.test('whether the caller may ask comes before all else', async (t) => {
  let ran = false
  const inquiry = inquiryOf(
    async () => {
      ran = true
      return { resource: {} }
    },
    () => {
      throw FhirError.of('forbidden', 'No.')
    },
  )
  const { fhir } = await asking(t, inquiry)
  t.equal((await fetch(`${fhir}/${PATH}`)).status, 403)
  t.equal((await fetch(`${fhir}/${PATH}?unknown=1`)).status, 403, 'before its parameters too')
  t.equal(ran, false)
})

t.test('the record is told whom something was told of', async (t) => {
  const { server } = await listen(t)
  const inquiry = inquiryOf(async () => ({ resource: { resourceType: 'Parameters' }, patients: ['a', 'b'], count: 7 }))
  const call = traced(CALL)
  await runInquiry(inquiry, call, server.services, [])
  t.match(call.trace.told, { patients: ['a', 'b'], count: 7 })
})

t.test('in a Bundle, what streams is one text, of FHIR JSON and of a size that such an answer holds', async (t) => {
  const { server } = await listen(t)
  const ask = (inquiry: Inquiry) => runInquiry(inquiry, traced(CALL), server.services, [])
  const json = async function* () {
    yield '{"a":'
    yield '"é"}'
  }
  const { text, stream } = await ask(streamed(json(), 'application/fhir+json'))
  t.equal(text?.toString(), '{"a":"é"}')
  t.equal(stream, undefined)
  await t.rejects(ask(streamed(rows(1))), new FhirError('invalid', []))
  let ended = false
  async function* endless() {
    try {
      for (;;) yield 'x'.repeat(100_000)
    } finally {
      ended = true
    }
  }
  await t.rejects(ask(streamed(endless(), 'application/fhir+json')), new FhirError('too-large', []))
  t.ok(ended)
})

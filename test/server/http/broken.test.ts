import t from 'tap'
import { dial, listen, sendRaw } from '../../support/listen.ts'

/** Status and body of an answer as it came over the wire; the body as long as its header says. */
function parsed(answer: string) {
  const [head = '', body = ''] = answer.split(/\r\n\r\n(.*)/s)
  const length = Number(/^content-length: (\d+)/im.exec(head)?.[1])
  return { status: Number(head.split(' ')[1]), head, json: JSON.parse(body), whole: Buffer.byteLength(body) === length }
}

const outcome = (status: number) => ({
  status,
  head: /^content-type: application\/fhir\+json/im,
  json: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'structure', diagnostics: /./ }] },
  whole: true,
})

t.test('what is no HTTP request: 400 with an OperationOutcome, and the connection ends', async (t) => {
  const { fhir, port } = await listen(t)
  const broken = {
    'no HTTP at all': 'hello\r\n\r\n',
    'an unknown method': 'FETCH /fhir/metadata HTTP/1.1\r\nhost: localhost\r\n\r\n',
    'a space in the URL': 'GET /fhir/Patient?name=a b HTTP/1.1\r\nhost: localhost\r\n\r\n',
    'an unknown version': 'GET /fhir/metadata HTTP/7.0\r\nhost: localhost\r\n\r\n',
    'a header without a name': 'GET /fhir/metadata HTTP/1.1\r\n: x\r\nhost: localhost\r\n\r\n',
    'two lengths': 'POST /fhir HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx',
    'a length and chunks':
      'POST /fhir HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'a length that is none': 'POST /fhir HTTP/1.1\r\nhost: localhost\r\ncontent-length: -1\r\n\r\n',
    'TLS to a port without': '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001',
  }
  for (const [name, text] of Object.entries(broken)) t.match(parsed(await sendRaw(t, port, text)), outcome(400), name)
  t.equal((await fetch(`${fhir}/metadata`)).status, 200, 'the server goes on')
})

t.test('headers or a URL that are too long: 431', async (t) => {
  const { fhir, port } = await listen(t)
  const long = 'x'.repeat(20_000)
  const answers = [
    await sendRaw(t, port, `GET /fhir/metadata HTTP/1.1\r\nhost: localhost\r\nx-long: ${long}\r\n\r\n`),
    await sendRaw(t, port, `GET /fhir/Patient?name=${long} HTTP/1.1\r\nhost: localhost\r\n\r\n`),
    await sendRaw(t, port, `GET /fhir/metadata HTTP/1.1\r\nhost: localhost\r\n${'a: b\r\n'.repeat(6000)}\r\n`),
  ]
  for (const answer of answers) {
    t.match(parsed(answer), outcome(431))
    t.notMatch(answer, /xxxx/, 'nothing of the request comes back')
  }
  t.equal((await fetch(`${fhir}/metadata`)).status, 200)
})

t.test('a request without a Host: 400', async (t) => {
  const { port } = await listen(t)
  t.match(await sendRaw(t, port, 'GET /fhir/metadata HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 /)
})

t.test('chunks that are broken: 400 with an OperationOutcome', async (t) => {
  const { port } = await listen(t)
  const head = 'POST /fhir/Patient HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n'
  const answer = await sendRaw(t, port, `${head}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`)
  t.match(parsed(answer), outcome(400))
})

t.test('a good request, and a broken one behind it on the same connection', async (t) => {
  const { port, fhir } = await listen(t)
  const socket = await dial(t, port)
  let answer = ''
  socket.setEncoding('utf8').on('data', (chunk) => {
    answer += chunk
  })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.once('data', () => socket.write('NONSENSE\r\n\r\n'))
  socket.write('GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n')
  await closed
  t.match(answer, /^HTTP\/1\.1 200 .*alive\nHTTP\/1\.1 400 .*OperationOutcome/s)
  t.equal((await fetch(`${fhir}/metadata`)).status, 200)
})

t.test('a URL that cannot be decoded: 400 with the headers that every answer has', async (t) => {
  const { port } = await listen(t)
  for (const url of ['/fhir/Patient/%', '/fhir/%ff', '/%']) {
    const answer = await sendRaw(t, port, `GET ${url} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
    const { status, head, json } = parsed(answer)
    t.equal(status, 400, url)
    t.match(json, { resourceType: 'OperationOutcome' }, url)
    for (const name of ['x-request-id', 'x-content-type-options: nosniff', 'cache-control: no-store']) {
      t.ok(head.toLowerCase().includes(name), `${url}: ${name}`)
    }
  }
})

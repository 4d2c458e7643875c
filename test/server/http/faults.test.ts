import t, { type Test } from 'tap'
import { type Json, openServer, type Reply } from '../../support/server.ts'

/** Issues in an OperationOutcome at the most, and the characters of an answer that tells of faults. */
const MOST = 200
const LONGEST = 50_000

const BYTES = 250_000

/** As many pieces as make 250 kB. */
const fill = (piece: (at: number) => string) => {
  const pieces: string[] = []
  for (let length = 0; length < BYTES; length += pieces.at(-1)!.length + 1) pieces.push(piece(pieces.length))
  return pieces.join(',')
}

const BODIES: Record<string, string> = {
  'unknown elements': `{"resourceType":"Patient",${fill((at) => `"x${at}":1`)}}`,
  'unknown elements, deep down': `{"resourceType":"Patient","contact":[{"name":{${fill((at) => `"x${at}":1`)}}}]}`,
  'elements of the wrong type': `{"resourceType":"Patient","name":[${fill(() => '1')}]}`,
  'codes that are none': `{"resourceType":"Patient","telecom":[${fill(() => '{"system":"smoke"}')}]}`,
  'dates that are none': `{"resourceType":"Patient","identifier":[${fill(() => '{"period":{"start":"x"}}')}]}`,
  'one name of 250 kB': `{"resourceType":"Patient","${'x'.repeat(BYTES)}":1}`,
  'one value of 250 kB': `{"resourceType":"Patient","gender":"${'x'.repeat(BYTES)}"}`,
  'a type of 250 kB': `{"resourceType":"${'x'.repeat(BYTES)}"}`,
  'names with quotes': `{"resourceType":"Patient",${fill((at) => `"\\"<${at}>\\n":1`)}}`,
}

function bounded(t: Test, { status, json, text }: Reply, name: string) {
  t.ok(status >= 400 && status < 500, `${name}: ${status}`)
  t.equal(json.resourceType, 'OperationOutcome', name)
  t.ok(json.issue.length >= 1 && json.issue.length <= MOST, `${name}: ${json.issue.length} issues`)
  t.ok(text.length < LONGEST, `${name}: ${text.length} characters`)
  for (const issue of json.issue as Json[])
    if (!issue.diagnostics || !issue.code) t.fail(`${name}: an issue says nothing`)
}

t.test('250 kB of faults: a 4xx with a bounded number of issues', async (t) => {
  const server = await openServer(t)
  for (const [name, body] of Object.entries(BODIES)) bounded(t, await server.post('Patient', body), name)
  t.equal((await server.get('Patient?_summary=count')).json.total, 0, 'nothing was kept')
})

t.test('the first faults are told with their places, and that there are more', async (t) => {
  const server = await openServer(t)
  const { json } = await server.post('Patient', BODIES['elements of the wrong type'])
  t.strictSame(json.issue[0].expression, ['Patient.name[0]'])
  const few = await server.post('Patient', '{"resourceType":"Patient","x0":1,"x1":1,"gender":"f"}')
  t.equal(few.json.issue.length, 3, 'a few are all told')
})

t.test('in a transaction, in a batch', async (t) => {
  const server = await openServer(t)
  const bundle = (type: string, bodies: string[]) => {
    const entries = bodies.map((body) => `{"resource":${body},"request":{"method":"POST","url":"Patient"}}`)
    return `{"resourceType":"Bundle","type":"${type}","entry":[${entries.join(',')}]}`
  }
  bounded(t, await server.post('', bundle('transaction', Object.values(BODIES))), 'a transaction')
  // Names written with escapes are refused before a Bundle is cut into entries.
  const readable = Object.values(BODIES).filter((body) => !body.includes('\\'))
  const many = Array.from({ length: 2000 }, (_, at) => `{"resourceType":"Patient","x${at}":1,"y${at}":1}`)
  bounded(t, await server.post('', bundle('transaction', many)), 'a transaction of 2,000 faults')
  const batch = await server.post('', bundle('batch', readable))
  t.equal(batch.status, 200)
  for (const [at, { response }] of (batch.json.entry as Json[]).entries()) {
    t.match(response.status, /^4/, `entry ${at}`)
    t.ok(response.outcome.issue.length <= MOST, `entry ${at}: ${response.outcome.issue.length} issues`)
  }
  t.ok(batch.text.length < LONGEST * batch.json.entry.length)
})

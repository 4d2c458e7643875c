import fc from 'fast-check'
import t from 'tap'
import { openServer } from '../support/server.ts'

const deep = (depth: number) =>
  `{"resourceType":"Patient","extension":${'[{"url":"u","extension":'.repeat(depth)}[]${'}]'.repeat(depth)}}`

t.test('hostile bodies are refused, and the process goes on serving', async (t) => {
  const server = await openServer(t)
  const bodies: [string, string | Buffer, number][] = [
    ['5,000 deep', deep(5000), 400],
    ['500,000 open brackets', '['.repeat(500_000), 400],
    ['no end', `{"resourceType":"Patient","name":[${'{"family":"x"},'.repeat(1000)}`, 400],
    ['__proto__', '{"resourceType":"Patient","__proto__":{"gender":"male"}}', 400],
    ['__proto__ in an element', '{"resourceType":"Patient","name":[{"__proto__":{"family":"x"}}]}', 400],
    ['constructor', '{"resourceType":"Patient","constructor":{"prototype":{"x":1}}}', 400],
    ['resourceType __proto__', '{"resourceType":"__proto__"}', 400],
    ['a name twice', '{"resourceType":"Patient","gender":"male","gender":"female"}', 400],
    ['an escaped name', '{"resourceType":"Patient","\\u0069d":"x"}', 400],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x7d]), 400],
    ['a lone surrogate', '{"resourceType":"Patient","name":[{"family":"\\ud800"}]}', 400],
    ['NUL', '{"resourceType":"Patient","name":[{"family":"a\\u0000b"}]}', 400],
    ['a raw NUL', '{"resourceType":"Patient","name":[{"family":"a\u0000b"}]}', 400],
    ['a huge number', '{"resourceType":"Patient","multipleBirthInteger":1e999}', 400],
    ['nothing', '', 400],
    ['a number', '1', 400],
    ['nulls', '{"resourceType":"Patient","name":null}', 400],
    ['a list of null', '{"resourceType":"Patient","name":[null]}', 400],
    [
      '100,000 unknown members',
      `{"resourceType":"Patient",${Array.from({ length: 100_000 }, (_, at) => `"x${at}":1`).join(',')}}`,
      400,
    ],
    ['a million faults', `{"resourceType":"Patient","name":[${'{"x":1},'.repeat(300_000)}{"x":1}]}`, 400],
    ['20 MB', `{"resourceType":"Patient","name":[{"family":"${'x'.repeat(20_000_000)}"}]}`, 413],
    ['a resource of 13 MB', `{"resourceType":"Binary","contentType":"a/b","data":"${'AAAA'.repeat(3_300_000)}"}`, 413],
  ]
  for (const [name, body, status] of bodies) {
    const reply = await server.post(name.includes('13 MB') ? 'Binary' : 'Patient', body)
    t.equal(reply.status, status, name)
    t.equal(reply.json?.resourceType, 'OperationOutcome', name)
    t.ok(reply.text.length < 50_000, `${name}: a bounded answer`)
  }
  t.equal((await server.post('Patient', { resourceType: 'Patient' })).status, 201)
  t.match(server.log.join(''), /"status":413/)
  t.notMatch(server.log.join(''), /"status":500/)
})

t.test('hostile URLs', async (t) => {
  const server = await openServer(t)
  for (const path of [
    '%',
    'Patient/%',
    'Patient/%E0%A4%A',
    'Patient?%',
    '..%2f..%2fetc%2fpasswd',
    'Patient/..%2f..',
    'Patient/a/b/c/d/e',
    '%00',
    'Patient/%00',
    `${'a/'.repeat(3000)}`,
    'Patient/..%2f..',
    '$everything',
    'Patient/$everything',
    'metadata/x',
    '_history/1',
  ]) {
    const { status, json } = await server.get(path)
    t.ok(status >= 400 && status < 500, `${path.slice(0, 40)}: ${status}`)
    t.equal(json.resourceType, 'OperationOutcome')
  }
  t.equal((await server.get(`Patient?name=${'x'.repeat(1000)}`)).status, 200)
  t.equal((await server.get(`Patient?name=${'x'.repeat(10_000)}`)).status, 400, 'longer than any name')
})

/** Values from the right to the absurd, nested at will. */
const anything = fc.jsonValue({ maxDepth: 4 })
const names = fc.constantFrom(
  'resourceType',
  'id',
  'meta',
  'name',
  'gender',
  'birthDate',
  '_birthDate',
  'extension',
  'contained',
  'link',
  'deceasedBoolean',
  'deceasedDateTime',
  'identifier',
  'text',
  'active',
  'shoe',
)
const almostPatient = fc
  .dictionary(names, anything)
  .map((members) => JSON.stringify({ resourceType: 'Patient', ...members }))
const mangled = fc.tuple(almostPatient, fc.nat(), fc.string({ maxLength: 3 })).map(([text, at, noise]) => {
  const place = at % (text.length + 1)
  return text.slice(0, place) + noise + text.slice(place + 1)
})

t.test('random bodies: 201 or a 4xx, never a 500, and what is stored comes back', async (t) => {
  const server = await openServer(t)
  let stored = 0
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        almostPatient,
        mangled,
        anything.map((value) => JSON.stringify(value)),
      ),
      async (body) => {
        const { status, json } = await server.post('Patient', body)
        if (status === 201) {
          stored++
          const { id: _, meta: __, ...rest } = (await server.get(`Patient/${json.id}`)).json
          const { id: ___, meta: ____, ...sent } = JSON.parse(body)
          t.strictSame(rest, sent)
        }
        return status === 201 || (status === 400 && json.resourceType === 'OperationOutcome')
      },
    ),
    { numRuns: 2000 },
  )
  t.comment(`${stored} of 2000 were stored`)
})

t.test('random Bundles: 200 or a 4xx, never a 500', async (t) => {
  const server = await openServer(t)
  const request = fc.record(
    {
      method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'X'),
      url: fc.constantFrom(
        'Patient',
        'Patient/1',
        'Patient?_id=1',
        'metadata',
        '',
        '/',
        '?',
        '%',
        'Patient/%',
        'Patient/1/_history',
        'http://x/Patient',
        'Patient?identifier=|',
        'urn:uuid:x',
      ),
    },
    { requiredKeys: [] },
  )
  const resource = fc.oneof(
    anything,
    fc.record(
      {
        resourceType: fc.constantFrom('Patient', 'Binary', 'Parameters', 'Bundle', '__proto__'),
        id: fc.constantFrom('1', 2, ''),
      },
      { requiredKeys: [] },
    ),
  )
  const entry = fc.oneof(
    anything,
    fc.record(
      { request, resource, fullUrl: fc.constantFrom('urn:uuid:1', 'http://x/Patient/1', 7) },
      { requiredKeys: [] },
    ),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('batch', 'transaction'),
      fc.array(entry, { maxLength: 4 }),
      async (type, entries) => {
        const { status, text } = await server.post('', { resourceType: 'Bundle', type, entry: entries })
        return status < 500 && !/"status":"5/.test(text)
      },
    ),
    { numRuns: 2000 },
  )
})

t.test('random query strings: never a 500', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/1', { resourceType: 'Patient', id: '1' })
  const name = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '_id',
      'name',
      'name:exact',
      'name:contains',
      'identifier',
      'gender:not',
      '_count',
      '_lastUpdated',
      'general-practitioner',
      'general-practitioner:Practitioner',
      'link:missing',
      '_cursor',
      '_elements',
      '_summary',
      '_format',
    ),
  )
  const value = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '1',
      'a|b',
      '|',
      ',',
      '\\',
      '\\,',
      'true',
      'Patient/1',
      'gt2020',
      "'",
      '"',
      ';--',
      '%00',
      '$ne',
      '.*',
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 4 }), async (pairs) => {
      const query = pairs.map(([one, other]) => `${encodeURIComponent(one)}=${encodeURIComponent(other)}`).join('&')
      return (await server.get(`Patient?${query}`)).status < 500
    }),
    { numRuns: 2000 },
  )
})

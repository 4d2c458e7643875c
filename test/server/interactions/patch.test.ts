import t from 'tap'
import { type Json, openServer, type TestServer } from '../../support/server.ts'

const JSON_PATCH = { 'content-type': 'application/json-patch+json' }
const NARRATIVE = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' }

const patient = { resourceType: 'Patient', id: 'p', text: NARRATIVE, name: [{ family: 'A' }], gender: 'male' }
const json = (server: TestServer, operations: Json, headers = {}) =>
  server.patch('Patient/p', operations, { ...JSON_PATCH, ...headers })
const replace = (path: string, value: Json) => ({
  resourceType: 'Parameters',
  parameter: [
    { name: 'operation', part: [{ name: 'type', valueCode: 'replace' }, { name: 'path', valueString: path }, value] },
  ],
})

t.test('JSON Patch (http.html#patch)', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient)
  const patched = await json(server, [{ op: 'replace', path: '/name/0/family', value: 'B' }])
  t.match(patched, {
    status: 200,
    headers: { etag: 'W/"2"' },
    json: { name: [{ family: 'B' }], meta: { versionId: '2' } },
  })
  t.equal((await server.get('Patient/p/_history')).json.entry[0].request.method, 'PATCH')
  t.equal((await json(server, [{ op: 'test', path: '/gender', value: 'female' }])).status, 422)
  t.equal((await json(server, [{ op: 'remove', path: '/nope' }])).status, 422)
  t.equal((await json(server, [{ op: 'fly', path: '/gender' }])).status, 400)
  t.equal((await json(server, { op: 'remove' })).status, 400)
  t.equal((await json(server, '[{"op":')).status, 400)
  t.equal((await json(server, '')).status, 400)
  t.equal((await json(server, [{ op: 'replace', path: '/id', value: 'q' }])).status, 422, 'the id stays')
  t.equal((await json(server, [{ op: 'replace', path: '/resourceType', value: 'Group' }])).status, 422)
  t.match(await json(server, [{ op: 'add', path: '/gender', value: 'f' }]), {
    status: 422,
    json: { issue: [{ expression: ['Patient.gender'] }] },
  })
  t.equal((await server.get('Patient/p')).json.meta.versionId, '2', 'what is refused changes nothing')
  t.equal((await server.patch('Patient/q', [], JSON_PATCH)).status, 404)
  await server.delete('Patient/p')
  t.equal((await json(server, [])).status, 410)
})

t.test('FHIRPath Patch (fhirpatch.html)', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient)
  const patched = await server.patch(
    'Patient/p',
    replace('Patient.name[0].family', { name: 'value', valueString: 'B' }),
  )
  t.match(patched, { status: 200, json: { name: [{ family: 'B' }] } })
  t.equal((await server.patch('Patient/p', { resourceType: 'Patient' })).status, 400, 'not Parameters')
  t.equal((await server.patch('Patient/p', { resourceType: 'Parameters', parameter: [{}] })).status, 400)
  t.equal((await server.patch('Patient/p', replace('Patient.nope', { name: 'value', valueString: 'B' }))).status, 422)
  t.equal((await server.patch('Patient/p', '<xml/>', { 'content-type': 'application/xml-patch+xml' })).status, 415)
})

t.test('decimals elsewhere in the resource stay as written', async (t) => {
  const server = await openServer(t)
  await server.put(
    'Observation/o',
    '{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"valueQuantity":{"value":1.00},"component":[{"code":{"text":"y"},"valueQuantity":{"system":"http://unitsofmeasure.org","value":12345678901234567890.10}}]}',
  )
  const { text } = await server.patch(
    'Observation/o',
    '[{"op":"add","path":"/component/0/valueQuantity/code","value":"g"}]',
    JSON_PATCH,
  )
  t.match(text, /"value":1\.00\}/)
  t.match(text, /"value":12345678901234567890\.10,"code":"g"/)
})

t.test('a change of content drops a generated narrative', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient)
  t.ok((await json(server, [{ op: 'add', path: '/meta/tag', value: [{ code: 't' }] }])).json.text, 'not one of meta')
  t.notOk((await json(server, [{ op: 'replace', path: '/gender', value: 'female' }])).json.text)
  const own = { ...NARRATIVE, status: 'additional' }
  t.match(
    (await json(server, [{ op: 'add', path: '/text', value: own }])).json.text,
    own,
    'unless it came with the patch',
  )
  t.ok(
    (await json(server, [{ op: 'replace', path: '/gender', value: 'male' }])).json.text,
    'one that a human wrote stays',
  )
})

t.test('If-Match, and patches that race', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', {
    resourceType: 'Patient',
    id: 'p',
    name: [{ family: 'A' }],
    identifier: [{ value: '0' }],
  })
  t.equal((await json(server, [], { 'if-match': 'W/"9"' })).status, 412)
  const add = (value: string) => json(server, [{ op: 'add', path: '/identifier/-', value: { value } }])
  const replies = await Promise.all(Array.from({ length: 12 }, (_, at) => add(String(at + 1))))
  t.strictSame(new Set(replies.map(({ status }) => status)), new Set([200]))
  t.equal((await server.get('Patient/p')).json.identifier.length, 13, 'none is lost')
  const races = await Promise.all(
    Array.from({ length: 6 }, () =>
      json(
        server,
        [
          { op: 'replace', path: '/gender', value: 'male' },
          { op: 'add', path: '/gender', value: 'male' },
        ].slice(1),
        { 'if-match': 'W/"13"' },
      ),
    ),
  )
  t.equal(races.filter(({ status }) => status === 200).length, 1)
})

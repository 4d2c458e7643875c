import t from 'tap'
import { BASE, type Json, openServer } from '../../support/server.ts'

const batch = (...entry: Json[]) => ({ resourceType: 'Bundle', type: 'batch', entry })

t.test('each entry for itself, answered in order; what fails stands in response.outcome', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', { resourceType: 'Patient', id: 'p' })
  const json = JSON.stringify([{ op: 'add', path: '/active', value: true }])
  const { status, json: answer } = await server.post(
    '',
    batch(
      { request: { method: 'GET', url: 'Patient/p' } },
      { resource: { resourceType: 'Patient', gender: 'f' }, request: { method: 'POST', url: 'Patient' } },
      { resource: { resourceType: 'Patient', id: 'q' }, request: { method: 'PUT', url: 'Patient/q' } },
      { request: { method: 'GET', url: 'Patient/nobody' } },
      { request: { method: 'DELETE', url: 'Patient/nobody' } },
      {
        resource: {
          resourceType: 'Binary',
          contentType: 'application/json-patch+json',
          data: Buffer.from(json).toString('base64'),
        },
        request: { method: 'PATCH', url: 'Patient/p' },
      },
      { request: { method: 'POST', url: 'Patient/p/_history' } },
      { request: { method: 'GET', url: `${BASE}/Patient/p/_history` } },
      { request: { method: 'GET', url: 'Patient?_id=p&_summary=count' } },
      { request: { method: 'GET', url: 'metadata' } },
      { shoe: 1 },
      { request: { method: 'HEAD', url: 'Patient/p' } },
      { request: { method: 'GET', url: 'Patient/p', ifNoneMatch: 'W/"2"' } },
    ),
  )
  t.equal(status, 200)
  t.match(answer, {
    type: 'batch-response',
    entry: [
      { response: { status: '200 OK', etag: 'W/"2"' }, resource: { id: 'p', active: true } },
      {
        response: {
          status: '400 Bad Request',
          outcome: { issue: [{ expression: ['Bundle.entry[1].resource.gender'] }] },
        },
      },
      { response: { status: '201 Created', location: `${BASE}/Patient/q/_history/1` } },
      { response: { status: '404 Not Found', outcome: { resourceType: 'OperationOutcome' } } },
      { response: { status: '204 No Content' } },
      { response: { status: '200 OK', etag: 'W/"2"' } },
      { response: { status: '405 Method Not Allowed' } },
      { response: { status: '200 OK' }, resource: { type: 'history', total: 2 } },
      { response: { status: '200 OK' }, resource: { total: 1 } },
      { response: { status: '200 OK' }, resource: { resourceType: 'CapabilityStatement' } },
      { response: { status: '400 Bad Request' } },
      { response: { status: '200 OK' } },
      { response: { status: '304 Not Modified' } },
    ],
  })
})

t.test('a Bundle that is not JSON is refused whole', async (t) => {
  const server = await openServer(t)
  const good = '{"resource":{"resourceType":"Patient"},"request":{"method":"POST","url":"Patient"}}'
  for (const bad of ['{"a":}', '{"a":1,"a":2}', '{"resource":{"resourceType":"Patient","active":tru}}', '7']) {
    const { status } = await server.post('', `{"resourceType":"Bundle","type":"batch","entry":[${good},${bad}]}`)
    t.equal(status, 400, bad)
  }
  t.equal((await server.get('_history?_count=0')).json.total, 0)
})

t.test('conditional creates in one batch do not make two', async (t) => {
  const server = await openServer(t)
  const entry = {
    resource: { resourceType: 'Patient', identifier: [{ value: '1' }] },
    request: { method: 'POST', url: 'Patient', ifNoneExist: 'identifier=1' },
  }
  const { json } = await server.post('', batch(...Array(20).fill(entry)))
  t.equal(json.entry.filter((e: Json) => e.response.status === '201 Created').length, 1)
  t.equal((await server.get('Patient?_summary=count')).json.total, 1)
})

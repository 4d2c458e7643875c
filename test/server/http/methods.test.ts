import t from 'tap'
import { openServer, type Reply } from '../../support/server.ts'

const large = { resourceType: 'Patient', id: 'p', name: [{ family: 'x'.repeat(3000) }] }

/** Headers of an answer, without those that each answer has of its own. */
function lasting({ headers }: Reply) {
  const { date: _, 'x-request-id': __, ...rest } = headers
  return rest
}

t.test('HEAD has the headers of GET, and no body', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', large)
  await server.put('Binary/b', 'hello', { 'content-type': 'text/plain' })
  const paths = ['Patient/p', 'Patient/p/_history/1', 'Patient/none', 'Binary/b', 'Patient?_id=p', 'metadata', 'None/1']
  for (const path of [...paths, 'Patient/p/_history', '_history', 'Patient?_cursor=x', 'Patient/p?_pretty=true']) {
    for (const headers of [{}, { 'accept-encoding': 'gzip' }, { accept: 'text/html' }]) {
      const name = `${path} ${JSON.stringify(headers)}`
      const [get, head] = [await server.get(path, headers), await server.ask('HEAD', path, undefined, headers)]
      t.equal(head.status, get.status, name)
      t.equal(head.text, '', name)
      t.strictSame(lasting(head), lasting(get), name)
    }
  }
})

t.test('HEAD under a condition', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', large)
  const head = await server.ask('HEAD', 'Patient/p', undefined, { 'if-none-match': 'W/"1"' })
  t.match(head, { status: 304, text: '', headers: { etag: 'W/"1"' } })
})

const ALLOW: Record<string, string> = {
  '': 'GET, HEAD, POST',
  _search: 'POST',
  metadata: 'GET, HEAD',
  _history: 'GET, HEAD',
  Patient: 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'Patient/_search': 'POST',
  'Patient/_history': 'GET, HEAD',
  'Patient/p': 'GET, HEAD, PUT, PATCH, DELETE',
  'Patient/p/_history': 'GET, HEAD',
  'Patient/p/_history/1': 'GET, HEAD',
  'Patient/p/Condition': 'GET, HEAD',
  'Patient/p/Condition/_search': 'POST',
  'Patient/p/*': 'GET, HEAD',
  'Patient/p/$everything': 'GET, HEAD, POST',
  'Patient/p/*/_search': 'POST',
}

t.test('every method that a path does not have is 405 with an Allow of those that it has', async (t) => {
  const server = await openServer(t)
  for (const [path, allow] of Object.entries(ALLOW)) {
    for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      if (allow.includes(method)) continue
      const { status, headers, json } = await server.ask(method, path)
      t.equal(status, 405, `${method} ${path}`)
      t.equal(headers.allow, allow, `${method} ${path}`)
      t.match(json, { resourceType: 'OperationOutcome', issue: [{ code: 'not-supported' }] }, `${method} ${path}`)
    }
    const used = allow.startsWith('GET') ? await server.get(path) : undefined
    t.equal(used?.headers.allow, undefined, `GET ${path}`)
  }
})

t.test('bodies of a type that an interaction does not take: 415', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', large)
  const cases: [method: string, path: string, type: string, body: string][] = [
    ['POST', '', 'text/plain', '{}'],
    ['POST', '', 'application/x-ndjson', '{}'],
    ['POST', 'Patient/_search', 'application/json', '{}'],
    ['POST', 'Patient/_search', 'multipart/form-data; boundary=x', '--x--'],
    ['PATCH', 'Patient/p', 'text/plain', '[]'],
    ['PATCH', 'Patient/p', 'application/merge-patch+json', '{}'],
    ['PATCH', 'Patient/p', 'application/xml-patch+xml', '<diff/>'],
    ['PUT', 'Patient/p', 'application/fhir+json; charset=iso-8859-1', '{}'],
    ['POST', 'Patient', 'application/fhir+json; charset="utf-16"', '{}'],
  ]
  for (const [method, path, type, body] of cases) {
    const reply = await server.ask(method, path, body, { 'content-type': type })
    t.match(reply, { status: 415, json: { resourceType: 'OperationOutcome' } }, `${method} ${path} ${type}`)
  }
  t.equal((await server.get('Patient/p')).headers.etag, 'W/"1"', 'nothing was done')
})

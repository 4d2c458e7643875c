import t from 'tap'
import { batch, get, identified, patient, post, put, remove, transaction, versions } from '../../support/bundles.ts'
import { type Json, openServer, type TestServer } from '../../support/server.ts'

const CRITERIA = 'Patient?identifier=http://x|1'
const WRITES = (more: Json): Json[] => [
  put(identified('1', { id: 'p' }), 'Patient/p', more),
  put(identified('1'), CRITERIA, more),
  remove('Patient/p', more),
  remove(CRITERIA, more),
]
const nameOf = ({ request }: Json) => `${request.method} ${request.url} ${JSON.stringify(request)}`

/** A server whose Patient/p has two versions. */
async function serverWithTwo(t: Parameters<typeof openServer>[0], environment = {}): Promise<TestServer> {
  const server = await openServer(t, environment)
  await server.put('Patient/p', identified('1', { id: 'p' }))
  await server.put('Patient/p', identified('1', { id: 'p', active: true }))
  return server
}

t.test('ifMatch of an entry: the version that it names passes', async (t) => {
  for (const make of [batch, transaction]) {
    for (const ifMatch of ['W/"2"', '"2"', 'W/"1", W/"2"', '*']) {
      for (const entry of WRITES({ ifMatch })) {
        const server = await serverWithTwo(t)
        const { status, json } = await server.post('', make(entry))
        t.equal(status, 200, nameOf(entry))
        t.match(json.entry[0].response.status, entry.request.method === 'PUT' ? '200 OK' : '204 No Content')
        t.equal(await versions(server), 3)
      }
    }
  }
})

t.test('ifMatch of an entry: another one fails, in a transaction for all', async (t) => {
  const server = await serverWithTwo(t)
  for (const ifMatch of ['W/"1"', 'W/"3"', '"x"']) {
    for (const entry of WRITES({ ifMatch })) {
      const alone = await server.post('', batch(entry))
      t.equal(alone.json.entry[0].response.status, '412 Precondition Failed', nameOf(entry))
      const { status, json } = await server.post('', transaction(post(patient()), entry))
      t.equal(status, 412, nameOf(entry))
      t.match(json, { issue: [{ code: 'conflict', expression: ['Bundle.entry[1]'] }] }, nameOf(entry))
    }
  }
  t.equal(await versions(server), 2)
})

t.test('ifMatch with criteria that nothing meets fails', async (t) => {
  const server = await openServer(t)
  const [, update, , deletion] = WRITES({ ifMatch: 'W/"1"' })
  for (const entry of [update, deletion, remove('Patient/p', { ifMatch: '*' })]) {
    const { status } = await server.post('', transaction(entry))
    t.equal(status, 412, nameOf(entry))
  }
  t.equal(await versions(server), 0)
})

t.test('ifNoneMatch of a PUT', async (t) => {
  const server = await serverWithTwo(t)
  for (const ifNoneMatch of ['*', 'W/"2"', 'W/"1", W/"2"']) {
    const entry = put(identified('1', { id: 'p' }), 'Patient/p', { ifNoneMatch })
    const alone = await server.post('', batch(entry))
    t.equal(alone.json.entry[0].response.status, '412 Precondition Failed', ifNoneMatch)
    const { status, json } = await server.post('', transaction(post(patient()), entry))
    t.equal(status, 412, ifNoneMatch)
    t.match(json, { issue: [{ expression: ['Bundle.entry[1]'] }] })
  }
  t.equal(await versions(server), 2)
  const fresh = put(patient({ id: 'new' }), 'Patient/new', { ifNoneMatch: '*' })
  const other = put(identified('1', { id: 'p' }), 'Patient/p', { ifNoneMatch: 'W/"1"' })
  const { json } = await server.post('', transaction(fresh, other))
  t.match(json.entry, [{ response: { status: '201 Created' } }, { response: { status: '200 OK', etag: 'W/"3"' } }])
})

t.test('a conditional delete of several', async (t) => {
  const fill = async (environment: Record<string, string>) => {
    const server = await openServer(t, environment)
    for (const id of ['a', 'b', 'c']) await server.put(`Patient/${id}`, identified('1', { id }))
    await server.put('Patient/d', identified('2', { id: 'd' }))
    return server
  }
  const entries = () => transaction(post(patient({ active: true })), remove(CRITERIA), get('Patient?_summary=count'))
  const single = await fill({})
  const refused = await single.post('', entries())
  t.match(refused, { status: 412, json: { issue: [{ code: 'multiple-matches', expression: ['Bundle.entry[1]'] }] } })
  t.equal(await versions(single), 4)
  const multiple = await fill({ CHARTROOM_CONDITIONAL_DELETE: 'multiple' })
  const { json } = await multiple.post('', entries())
  t.match(json.entry, [
    { response: { status: '201 Created' } },
    { response: { status: '204 No Content' } },
    { resource: { total: 2 } },
  ])
  for (const id of ['a', 'b', 'c']) t.equal((await multiple.get(`Patient/${id}`)).status, 410, id)
  const twice = await fill({ CHARTROOM_CONDITIONAL_DELETE: 'multiple' })
  const both = await twice.post('', transaction(remove(CRITERIA), put(identified('1', { id: 'b' }))))
  t.match(both, { status: 400, json: { issue: [{ diagnostics: /same resource/ }] } })
  t.equal(await versions(twice), 4)
})

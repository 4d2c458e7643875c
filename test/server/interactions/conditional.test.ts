import t from 'tap'
import { BASE, openServer, type TestServer } from '../../support/server.ts'

const patient = (value: string, more = {}) => ({
  resourceType: 'Patient',
  identifier: [{ system: 'http://x', value }],
  ...more,
})
const total = async (server: TestServer, query = '') => (await server.get(`Patient?${query}&_summary=count`)).json.total

t.test('conditional create (http.html#ccreate)', async (t) => {
  const server = await openServer(t)
  const create = (criteria: string) => server.post('Patient', patient('1'), { 'if-none-exist': criteria })
  const first = await create('identifier=http://x|1')
  t.equal(first.status, 201)
  const second = await create('identifier=http://x|1')
  t.match(second, {
    status: 200,
    json: { id: first.json.id },
    headers: { etag: 'W/"1"', location: first.headers.location },
  })
  await server.post('Patient', patient('1'))
  t.match(await create('identifier=http://x|1'), { status: 412, json: { issue: [{ code: 'multiple-matches' }] } })
  t.equal(await total(server), 2)
  t.equal((await create('?identifier=http://x|9')).status, 201, 'a question mark in front is of no weight')
})

t.test('criteria are always strict', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient('1', { id: 'p' }))
  const cases: [string, number][] = [
    ['', 412],
    ['shoe=1', 400],
    ['identifier=', 412],
    ['identifier=http://x|1&shoe=1', 400],
    ['_count=1', 400],
    ['identifier:foo=1', 400],
    ['identifier=http://x|1&_cursor=1', 400],
  ]
  for (const [criteria, status] of cases) {
    t.equal(
      (await server.post('Patient', patient('2'), { 'if-none-exist': criteria })).status,
      status,
      `create ${criteria}`,
    )
    t.equal((await server.put(`Patient?${criteria}`, patient('1'))).status, status, `update ${criteria}`)
    t.equal((await server.delete(`Patient?${criteria}`)).status, status, `delete ${criteria}`)
    const patch = await server.patch(`Patient?${criteria}`, '[]', { 'content-type': 'application/json-patch+json' })
    t.equal(patch.status, status, `patch ${criteria}`)
  }
  t.equal(await total(server), 1)
  t.match((await server.get('Patient/p')).json.meta, { versionId: '1' })
})

t.test('of many racing conditional creates one makes a resource', async (t) => {
  const server = await openServer(t)
  const replies = await Promise.all(
    Array.from({ length: 30 }, () =>
      server.post('Patient', patient('r'), { 'if-none-exist': 'identifier=http://x|r' }),
    ),
  )
  t.equal(replies.filter(({ status }) => status === 201).length, 1)
  t.equal(replies.filter(({ status }) => status === 200).length, 29)
  t.equal(new Set(replies.map(({ json }) => json.id)).size, 1)
  t.equal(await total(server), 1)
})

t.test('conditional update (http.html#cond-update)', async (t) => {
  const server = await openServer(t)
  const update = (body: object, headers = {}) => server.put('Patient?identifier=http://x|1', body, headers)
  const made = await update(patient('1'))
  t.match(made, { status: 201, headers: { location: new RegExp(`^${BASE}/Patient/[^/]+/_history/1$`) } })
  t.match(await update(patient('1')), { status: 200, json: { id: made.json.id, meta: { versionId: '2' } } })
  t.match(await update(patient('1', { id: made.json.id })), { status: 200, json: { meta: { versionId: '3' } } })
  t.equal((await update(patient('1', { id: 'other' }))).status, 400)
  t.equal((await update(patient('1'), { 'if-match': 'W/"1"' })).status, 412)
  t.equal((await update(patient('1'), { 'if-match': 'W/"3"' })).status, 200)
  await server.post('Patient', patient('1'))
  t.equal((await update(patient('1'))).status, 412)
  const named = await server.put('Patient?identifier=http://x|2', patient('2', { id: 'two' }))
  t.match(named, { status: 201, json: { id: 'two' } })
  t.equal(
    (await server.put('Patient?identifier=http://x|3', patient('3', { id: 'two' }))).status,
    412,
    'an id that is taken',
  )
  const races = await Promise.all(
    Array.from({ length: 20 }, () => server.put('Patient?identifier=http://x|r', patient('r'))),
  )
  t.equal(races.filter(({ status }) => status === 201).length, 1)
  t.equal(races.filter(({ status }) => status === 200).length, 19)
})

t.test('conditional delete (http.html#3.1.0.7.1)', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient('1', { id: 'p' }))
  await server.post('Patient', patient('2'))
  await server.post('Patient', patient('2'))
  t.equal((await server.delete('Patient?identifier=http://x|9')).status, 204)
  t.equal((await server.delete('Patient?identifier=http://x|2')).status, 412, 'several, where one is meant')
  t.equal((await server.delete('Patient?identifier=http://x|1')).status, 204)
  t.equal((await server.get('Patient/p')).status, 410)
  t.equal(await total(server), 2)
  const many = await openServer(t, { CHARTROOM_CONDITIONAL_DELETE: 'multiple' })
  for (let at = 0; at < 3; at++) await many.post('Patient', patient('2'))
  t.equal((await many.delete('Patient?identifier=http://x|2')).status, 204)
  t.equal(await total(many), 0)
})

t.test('conditional patch', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient('1', { id: 'p' }))
  const patch = (value: string, headers = {}) =>
    server.patch(`Patient?identifier=http://x|${value}`, '[{"op":"add","path":"/active","value":true}]', {
      'content-type': 'application/json-patch+json',
      ...headers,
    })
  t.match(await patch('1'), { status: 200, json: { active: true, meta: { versionId: '2' } } })
  t.equal((await patch('9')).status, 404)
  t.equal((await patch('1', { 'if-match': 'W/"1"' })).status, 412)
  await server.post('Patient', patient('1'))
  t.equal((await patch('1')).status, 412)
})

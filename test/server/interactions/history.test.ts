import t from 'tap'
import { BASE, type Json, openServer } from '../../support/server.ts'

const patient = (id: string, more = {}) => ({ resourceType: 'Patient', id, ...more })

t.test('history of an instance, a type and the system (http.html#history)', async (t) => {
  const server = await openServer(t)
  await server.post('Patient', patient('x'))
  await server.put('Patient/p', patient('p'))
  await server.put('Patient/p', patient('p', { active: true }))
  await server.delete('Patient/p')
  await server.put('Group/g', { resourceType: 'Group', id: 'g', type: 'person', actual: true })
  const instance = await server.get('Patient/p/_history')
  t.match(instance.json, {
    resourceType: 'Bundle',
    type: 'history',
    total: 3,
    link: [{ relation: 'self', url: `${BASE}/Patient/p/_history` }],
    entry: [
      {
        fullUrl: `${BASE}/Patient/p`,
        request: { method: 'DELETE', url: 'Patient/p' },
        response: { status: '204 No Content', etag: 'W/"3"' },
      },
      {
        request: { method: 'PUT', url: 'Patient/p' },
        response: { status: '200 OK', etag: 'W/"2"' },
        resource: { active: true },
      },
      { request: { method: 'PUT', url: 'Patient/p' }, response: { status: '201 Created', etag: 'W/"1"' } },
    ],
  })
  t.notOk(instance.json.entry[0].resource)
  const type = (await server.get('Patient/_history')).json
  t.equal(type.total, 4)
  t.match(type.entry[3], { request: { method: 'POST', url: 'Patient' }, response: { status: '201 Created' } })
  const system = (await server.get('_history')).json
  t.equal(system.total, 5)
  t.equal(system.entry[0].resource.resourceType, 'Group')
  t.equal((await server.get('Patient/nobody/_history')).status, 404)
  t.match((await server.get('Device/_history')).json, { total: 0, entry: undefined })
})

t.test('pages of a history', async (t) => {
  const server = await openServer(t)
  for (let at = 0; at < 5; at++) await server.put('Patient/p', patient('p', { active: at % 2 === 0 }))
  for (const base of ['Patient/p/_history', 'Patient/_history', '_history']) {
    const versions: string[] = []
    let path: string | undefined = `${base}?_count=2`
    while (path) {
      const { json, status }: Json = await server.get(path)
      t.equal(status, 200)
      t.notOk('total' in json, 'a long history is not counted on every page')
      versions.push(...json.entry.map((entry: Json) => entry.resource.meta.versionId))
      path = json.link.find((link: Json) => link.relation === 'next')?.url.slice(BASE.length + 1)
    }
    t.strictSame(versions, ['5', '4', '3', '2', '1'])
  }
  t.equal((await server.get('_history?_cursor=MTIz')).status, 400)
  t.equal((await server.get('_history?_count=x')).status, 400)
  t.match((await server.get('_history?_count=0')).json, { total: 5, entry: undefined })
})

t.test('_since and _at', async (t) => {
  const server = await openServer(t)
  const first = await server.put('Patient/p', patient('p'))
  await new Promise((resolve) => setTimeout(resolve, 20))
  const second = await server.put('Patient/p', patient('p', { active: true }))
  const versions = async (query: string) =>
    ((await server.get(`Patient/p/_history?${query}`)).json.entry ?? []).map(
      (entry: Json) => entry.resource.meta.versionId,
    )
  const when = (reply: Json) => encodeURIComponent(reply.json.meta.lastUpdated)
  t.strictSame(await versions(`_since=${when(second)}`), ['2'])
  t.strictSame(await versions(`_since=${when(first)}`), ['2', '1'])
  t.strictSame(await versions(`_at=${when(first)}`), ['1'])
  t.strictSame(await versions('_at=2001'), [])
  t.strictSame(await versions('_at=2999'), ['2'])
  t.equal((await server.get('_history?_since=yesterday')).status, 400)
  t.equal((await server.get('_history?_at=2001-13-01')).status, 400)
  t.equal((await server.get('_history?shoe=1')).status, 200)
  t.equal((await server.get('_history?shoe=1', { prefer: 'handling=strict' })).status, 400)
})

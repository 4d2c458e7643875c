import t from 'tap'
import { batch, get, patient, put, remove, transaction, versions } from '../../support/bundles.ts'
import { openServer } from '../../support/server.ts'

t.test('a read that fails lets a transaction commit nothing', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient({ id: 'p' }))
  const cases: [string, number][] = [
    ['Patient?_count=x', 400],
    ['Patient?_total=some', 400],
    ['Patient?_summary=some', 400],
    ['Patient?_query=x', 400],
    ['Patient?name:shoe=x', 400],
    ['Patient/p?_summary=some', 400],
    ['Patient/p?_summary=count', 400],
    ['Patient/p/_history/2', 404],
    ['Patient/p/_history/x', 404],
    ['Patient/nobody', 404],
    ['Patient/nobody/_history', 404],
    ['Patient/p/_history?_since=yesterday', 400],
    ['_history?_cursor=MTIz', 400],
    ['Shoe/p', 404],
    ['Shoe?_id=p', 404],
  ]
  for (const [url, status] of cases) {
    const writes = [put(patient({ id: 'q' })), put(patient({ id: 'p', active: true }))]
    const { status: given, json } = await server.post('', transaction(...writes, get('Patient/p'), get(url)))
    t.equal(given, status, url)
    t.match(json, { resourceType: 'OperationOutcome', issue: [{ expression: [/^Bundle\.entry\[3\]/] }] }, url)
  }
  t.equal(await versions(server), 1)
})

t.test('so does a bad parameter of a read of what it writes itself, and a read of what it deletes', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient({ id: 'p' }))
  const cases: [ReturnType<typeof get>[], number][] = [
    [[put(patient({ id: 'q' })), get('Patient/q?_summary=some')], 400],
    [[put(patient({ id: 'q' })), get('Patient/q/_history/1')], 404],
    [[remove('Patient/p'), get('Patient/p')], 410],
  ]
  for (const [entries, status] of cases) {
    const { status: given, json } = await server.post('', transaction(...entries))
    t.equal(given, status, entries[1]!.request.url)
    t.match(json, { issue: [{ expression: ['Bundle.entry[1]'] }] })
  }
  t.equal(await versions(server), 1)
})

t.test('reads that can be answered are, after the commit', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/p', patient({ id: 'p' }))
  const reads = [get('Patient/p?_elements=active'), get('Patient/p/_history/1'), get('Patient/q'), get('Patient?_id=q')]
  const writes = [put(patient({ id: 'p', active: true })), put(patient({ id: 'q' }))]
  const { json } = await server.post('', transaction(...reads, ...writes))
  t.match(json.entry, [
    { resource: { active: true, meta: { versionId: '2' } } },
    { response: { etag: 'W/"1"' }, resource: { meta: { versionId: '1' } } },
    { resource: { id: 'q' } },
    { resource: { total: 1 } },
    {},
    {},
  ])
})

t.test('in a batch the same reads fail alone', async (t) => {
  const server = await openServer(t)
  const wrong = [get('Patient?_count=x'), get('Patient/p/_history/2'), get('Patient/p?_summary=some')]
  const { json } = await server.post('', batch(...wrong, put(patient({ id: 'p' }))))
  const statuses = json.entry.map(({ response }: { response: { status: string } }) => response.status.slice(0, 3))
  t.strictSame(statuses, ['400', '404', '400', '201'])
})

import t from 'tap'
import { identified, patient, versions } from '../../support/bundles.ts'
import { openServer, type TestServer } from '../../support/server.ts'

const CRITERIA = 'Patient?identifier=http://x|1'

/** A server whose Patient/p has two versions. */
async function serverWithTwo(t: Parameters<typeof openServer>[0]): Promise<TestServer> {
  const server = await openServer(t)
  await server.put('Patient/p', identified('1', { id: 'p' }))
  await server.put('Patient/p', identified('1', { id: 'p', active: true }))
  return server
}

t.test('If-Match of a conditional update and delete', async (t) => {
  const server = await serverWithTwo(t)
  for (const version of ['W/"1"', 'W/"3"', '"x"', 'W/"1", W/"3"']) {
    const headers = { 'if-match': version }
    for (const reply of [
      await server.put(CRITERIA, identified('1'), headers),
      await server.delete(CRITERIA, headers),
      await server.put('Patient/p', identified('1', { id: 'p' }), headers),
      await server.delete('Patient/p', headers),
    ]) {
      t.match(
        reply,
        { status: 412, json: { resourceType: 'OperationOutcome', issue: [{ code: 'conflict' }] } },
        version,
      )
    }
  }
  t.equal(await versions(server), 2)
  const updated = await server.put(CRITERIA, identified('1'), { 'if-match': 'W/"2"' })
  t.match(updated, { status: 200, headers: { etag: 'W/"3"' }, json: { id: 'p' } })
  t.equal((await server.delete(CRITERIA, { 'if-match': 'W/"2"' })).status, 412)
  t.equal((await server.delete(CRITERIA, { 'if-match': 'W/"3"' })).status, 204)
  t.equal((await server.get('Patient/p')).status, 410)
})

t.test('If-Match where nothing is there', async (t) => {
  const server = await openServer(t)
  for (const version of ['W/"1"', '*']) {
    const headers = { 'if-match': version }
    t.equal((await server.put(CRITERIA, identified('1'), headers)).status, 412)
    t.equal((await server.delete(CRITERIA, headers)).status, 412)
    t.equal((await server.put('Patient/p', patient({ id: 'p' }), headers)).status, 412)
    t.equal((await server.delete('Patient/p', headers)).status, 412)
  }
  t.equal(await versions(server), 0)
})

t.test('If-Match of a conditional delete, where several may be deleted, is about one', async (t) => {
  const server = await openServer(t, { CHARTROOM_CONDITIONAL_DELETE: 'multiple' })
  await server.post('Patient', identified('1'))
  await server.post('Patient', identified('1'))
  const refused = await server.delete(CRITERIA, { 'if-match': 'W/"1"' })
  t.match(refused, { status: 412, json: { issue: [{ code: 'multiple-matches' }] } })
  t.equal((await server.delete(CRITERIA)).status, 204)
  t.match((await server.get(CRITERIA)).json, { total: 0 })
})

t.test('the CapabilityStatement tells which conditional delete there is', async (t) => {
  for (const setting of ['single', 'multiple']) {
    const server = await openServer(t, { CHARTROOM_CONDITIONAL_DELETE: setting })
    const { resource } = (await server.get('metadata')).json.rest[0]
    for (const { type, conditionalDelete } of resource) {
      t.equal(conditionalDelete, type === 'AuditEvent' ? 'not-supported' : setting, type)
    }
  }
})

t.test('If-None-Match of an update', async (t) => {
  const server = await serverWithTwo(t)
  const update = (version: string, path = 'Patient/p') =>
    server.put(path, identified('1', { id: 'p' }), { 'if-none-match': version })
  for (const path of ['Patient/p', CRITERIA]) {
    for (const version of ['*', 'W/"2"', '"2"', 'W/"1", W/"2"']) {
      const reply = await update(version, path)
      t.match(reply, { status: 412, json: { resourceType: 'OperationOutcome' } }, `${path} ${version}`)
    }
  }
  t.equal(await versions(server), 2)
  t.match(await update('W/"1"'), { status: 200, headers: { etag: 'W/"3"' } })
  await server.delete('Patient/p')
  t.match(await update('*'), { status: 201, headers: { etag: 'W/"5"' } }, 'what is deleted is not there')
  t.equal((await update('*')).status, 412)
})

t.test('of many who create under one id with If-None-Match *, one does', async (t) => {
  const server = await openServer(t)
  const replies = await Promise.all(
    Array.from({ length: 20 }, () => server.put('Patient/p', patient({ id: 'p' }), { 'if-none-match': '*' })),
  )
  t.strictSame(replies.map(({ status }) => status).sort(), [201, ...Array(19).fill(412)])
  t.equal(await versions(server), 1)
})

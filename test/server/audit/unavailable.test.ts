import t, { type Test } from 'tap'
import { FhirError } from '../../../resources/fhir-error.ts'
import { deedsSince } from '../../support/recorded.ts'
import { openServer, type TestServer } from '../../support/server.ts'
import { patient, writeTwoPatients } from '../../support/two-patients.ts'

/** A server whose audit log can be made not to take anything: what writes goes on. */
async function open(t: Test, environment: Record<string, string> = {}) {
  const server = await openServer(t, environment)
  await writeTwoPatients(server)
  const { store } = server.services
  const commit = store.commit.bind(store)
  let full = false
  store.commit = async (unit) => {
    if (full && unit.audit?.length) throw FhirError.of('unavailable', 'No space.')
    return commit(unit)
  }
  return {
    server,
    fill: (isFull: boolean) => {
      full = isFull
    },
  }
}

const bundle = (type: 'batch' | 'transaction', ...urls: string[]) => ({
  resourceType: 'Bundle',
  type,
  entry: urls.map((url) => ({ request: { method: 'GET', url } })),
})

t.test('what cannot be put on record is not answered, and not done', async (t) => {
  const { server, fill } = await open(t)
  const since = deedsSince(server)
  await since()
  fill(true)
  const isRefused = async (asked: ReturnType<TestServer['get']>, words: string) => {
    const reply = await asked
    t.equal(reply.status, 503, words)
    t.equal(reply.headers['retry-after'], '5', words)
    t.equal(reply.headers.etag, undefined, words)
    if (reply.text !== '')
      t.match(reply.json, { resourceType: 'OperationOutcome', issue: [{ code: 'transient' }] }, words)
    t.notMatch(reply.text, /Adler|Berg|"entry"/, words)
  }
  for (const path of [
    'Patient/a',
    'Patient/none',
    'Patient',
    'Patient/a/_history',
    '_history',
    'Patient/a/$everything',
  ]) {
    await isRefused(server.get(path), path)
    await isRefused(server.ask('HEAD', path), `HEAD ${path}`)
  }
  t.equal((await server.get('metadata')).status, 200, 'it tells of nobody')
  await isRefused(server.get('Patient/a', { 'if-none-match': 'W/"1"' }), '304')
  await isRefused(server.put('Patient/new', patient('new')), 'PUT')
  await isRefused(server.delete('Patient/a'), 'DELETE')
  await isRefused(server.post('$reindex', ''), '$reindex')
  const batch = await server.post('', bundle('batch', 'Patient/a', 'Observation', 'Patient/none'))
  t.equal(batch.status, 200)
  t.strictSame(
    batch.json.entry.map(({ response }: { response: { status: string } }) => response.status.slice(0, 3)),
    ['503', '503', '503'],
  )
  t.notMatch(batch.text, /Adler|Berg/)
  const read = await server.post('', bundle('transaction', 'Patient/a'))
  t.notMatch(read.text, /Adler/)
  t.equal(server.services.reindex.state().running, false, 'nothing has begun that is not on record')
  fill(false)
  t.strictSame(await since(), [])
  t.equal((await server.get('Patient/new')).status, 404)
  t.equal((await server.get('Patient/a')).json.meta.versionId, '1')
  t.equal((await since()).length, 2)
})

t.test('CHARTROOM_AUDIT=second: answers do not wait, and end where the log cannot be written', async (t) => {
  const { server, fill } = await open(t, { CHARTROOM_AUDIT: 'second' })
  const { audit } = server.services
  const since = deedsSince(server)
  await since()
  const statement = (await server.get('metadata')).json
  t.match(statement.implementation.description, /within one second/)
  t.match(statement.rest[0].documentation, /within one second/)
  const reads = await Promise.all(Array.from({ length: 50 }, () => server.get('Patient/a')))
  t.ok(reads.every(({ status }) => status === 200))
  fill(true)
  let refused = 0
  for (const end = Date.now() + 20_000; refused === 0 && Date.now() < end; ) {
    const { status } = await server.get('Patient/b')
    if (status === 503) refused++
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  t.equal(refused, 1)
  t.equal((await server.put('Patient/new', patient('new'))).status, 503)
  fill(false)
  for (const end = Date.now() + 20_000; Date.now() < end; ) {
    if ((await server.get('Patient/b')).status === 200) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await audit.close()
  const deeds = await since()
  const of = (id: string) => deeds.filter(({ parts }) => parts?.[0]?.id === id).length
  t.equal(of('a'), 50, 'what was behind is on record once the log takes it again')
  t.ok(of('b') >= 1)
})

import t from 'tap'
import { KEY_EXTENSION } from '../../../server/bundle/request.ts'
import { batch, get, identified, patient, post, put, remove, transaction, versions } from '../../support/bundles.ts'
import { type Json, openServer } from '../../support/server.ts'

const keyed = (key: string) => ({ extension: [{ url: KEY_EXTENSION, valueString: key }] })
const statusesOf = (json: Json) => json.entry.map((entry: Json) => entry.response.status.slice(0, 3))

t.test('an entry of a batch with a key is carried out once', async (t) => {
  const server = await openServer(t)
  await server.put('Patient/gone', patient({ id: 'gone' }))
  const send = () =>
    server.post(
      '',
      batch(
        post(patient(), keyed('a')),
        put(patient({ id: 'p' }), 'Patient/p', keyed('b')),
        remove('Patient/gone', keyed('c')),
        put(patient({ id: 'plain' })),
      ),
    )
  t.strictSame(statusesOf((await send()).json), ['201', '201', '204', '201'])
  await server.put('Patient/gone', patient({ id: 'gone', active: true }))
  const before = await versions(server)
  const again = await send()
  t.strictSame(statusesOf(again.json), ['409', '409', '409', '200'])
  for (const at of [0, 1, 2]) {
    const issue = [{ code: 'duplicate', expression: [`Bundle.entry[${at}]`] }]
    t.match(again.json.entry[at].response.outcome, { resourceType: 'OperationOutcome', issue })
  }
  t.equal(await versions(server), before + 1, 'only the entry without a key is written anew')
  t.equal((await server.get('Patient/gone')).status, 200, 'a deletion is not carried out again')
  t.match((await server.get('Patient/p')).json.meta, { versionId: '1' })
  t.strictSame((await send()).json.entry.slice(0, 3), again.json.entry.slice(0, 3), 'and the answer stays the same')
})

t.test('of entries with one key in one batch, one is carried out', async (t) => {
  const server = await openServer(t)
  const { json } = await server.post('', batch(...Array.from({ length: 20 }, () => post(patient(), keyed('same')))))
  t.strictSame(statusesOf(json).sort(), ['201', ...Array(19).fill('409')])
  t.equal(await versions(server), 1)
})

t.test('a key is one whatever is sent under it, and one with that of the header', async (t) => {
  const server = await openServer(t)
  await server.post('', batch(put(patient({ id: 'p' }), 'Patient/p', keyed('k'))))
  const { json } = await server.post('', batch(put(patient({ id: 'q' }), 'Patient/q', keyed('k'))))
  t.strictSame(statusesOf(json), ['409'])
  t.equal((await server.post('Patient', patient(), { 'idempotency-key': 'k' })).status, 409)
  t.equal((await server.get('Patient/q')).status, 404)
})

t.test('what failed may be sent again under its key', async (t) => {
  const server = await openServer(t)
  const send = (ifMatch: string) =>
    server.post('', batch(put(patient({ id: 'p' }), 'Patient/p', { ...keyed('k'), ifMatch })))
  t.strictSame(statusesOf((await send('W/"1"')).json), ['412'])
  await server.put('Patient/p', patient({ id: 'p' }))
  t.strictSame(statusesOf((await send('W/"1"')).json), ['200'])
  t.strictSame(statusesOf((await send('W/"2"')).json), ['409'])
})

t.test('a conditional create that found its resource has used its key', async (t) => {
  const server = await openServer(t)
  await server.post('Patient', identified('1'))
  const entry = post(identified('1'), { ...keyed('k'), ifNoneExist: 'identifier=http://x|1' })
  t.strictSame(statusesOf((await server.post('', batch(entry))).json), ['200'])
  t.strictSame(statusesOf((await server.post('', batch(entry))).json), ['409'])
  t.equal(await versions(server), 1)
})

t.test('the key of a batch in the header is that of each of its entries', async (t) => {
  const server = await openServer(t)
  const send = (...entries: Json[]) => server.post('', batch(...entries), { 'idempotency-key': 'whole' })
  const entries = [post(patient()), put(patient({ id: 'p' })), remove('Patient/nobody'), get('Patient/p')]
  t.strictSame(statusesOf((await send(...entries)).json), ['201', '201', '204', '200'])
  t.strictSame(statusesOf((await send(...entries)).json), ['409', '409', '409', '200'], 'reads are answered again')
  t.equal(await versions(server), 2)
})

t.test('an entry of a transaction takes no key of its own', async (t) => {
  const server = await openServer(t)
  const { status, json } = await server.post('', transaction(put(patient({ id: 'p' })), post(patient(), keyed('a'))))
  t.equal(status, 400)
  t.match(json, { issue: [{ expression: ['Bundle.entry[1].request.extension'] }] })
  t.equal(await versions(server), 0)
})

t.test('other extensions are no keys', async (t) => {
  const server = await openServer(t)
  const extension = [{ url: 'http://other.org/key', valueString: 'k' }]
  const send = () => server.post('', batch(put(patient({ id: 'p' }), 'Patient/p', { extension })))
  t.strictSame(statusesOf((await send()).json), ['201'])
  t.strictSame(statusesOf((await send()).json), ['200'])
})

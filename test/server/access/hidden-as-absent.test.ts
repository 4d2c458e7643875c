import t, { type Test } from 'tap'
import { accessTo, recordOf } from '../../support/rights.ts'
import { openServer, type Reply } from '../../support/server.ts'
import { observation, patient, writeTwoPatients } from '../../support/two-patients.ts'

/** What a reply tells beside the id that was asked for and the name of the request. */
function told({ status, headers, text }: Reply, id: string): unknown {
  const { date: _, 'x-request-id': __, ...rest } = headers
  return JSON.parse(JSON.stringify({ status, headers: rest, text }).replaceAll(id, 'ID'))
}

/** The same asked of what is hidden, and of what was never there. */
async function bothWays(t: Test, ask: (id: string) => Promise<Reply>): Promise<[unknown, unknown]> {
  const hidden = await ask('cb')
  const absent = await ask('zz')
  t.notMatch(hidden.text, /86406008/)
  return [told(hidden, 'cb'), told(absent, 'zz')]
}

const conditionOf = (id: string, of = 'a') => ({
  resourceType: 'Condition',
  id,
  subject: { reference: `Patient/${of}` },
})

t.test('leak 2: hidden and absent look the same', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  await open.put('Condition/cb', { ...conditionOf('cb', 'b'), code: { coding: [{ code: '86406008' }] } })
  const server = open.as(accessTo(recordOf('a')))
  const patch = JSON.stringify([{ op: 'test', path: '/code/coding/0/code', value: '86406008' }])
  const asPatch = { 'content-type': 'application/json-patch+json' }
  const entry = (method: string, url: string, resource?: object, more: object = {}) => ({
    resource,
    request: { method, url, ...more },
  })
  const bundle = (type: string, ...entries: object[]) => ({ resourceType: 'Bundle', type, entry: entries })
  const asked: Record<string, (id: string) => Promise<Reply>> = {
    read: (id) => server.get(`Condition/${id}`),
    'read with _elements': (id) => server.get(`Condition/${id}?_elements=code`),
    'conditional read': (id) => server.get(`Condition/${id}`, { 'if-none-match': 'W/"1"' }),
    head: (id) => server.ask('HEAD', `Condition/${id}`),
    vread: (id) => server.get(`Condition/${id}/_history/1`),
    history: (id) => server.get(`Condition/${id}/_history`),
    'search by _id': (id) => server.get(`Condition?_id=${id}`),
    'count by _id': (id) => server.get(`Condition?_id=${id}&_summary=count`),
    update: (id) => server.put(`Condition/${id}`, conditionOf(id)),
    'update of a version': (id) => server.put(`Condition/${id}`, conditionOf(id), { 'if-match': 'W/"1"' }),
    'update that must be new': (id) => server.put(`Condition/${id}`, conditionOf(id), { 'if-none-match': '*' }),
    patch: (id) => server.patch(`Condition/${id}`, patch, asPatch),
    'patch of a version': (id) => server.patch(`Condition/${id}`, patch, { ...asPatch, 'if-match': 'W/"9"' }),
    delete: (id) => server.delete(`Condition/${id}`),
    'delete of a version': (id) => server.delete(`Condition/${id}`, { 'if-match': 'W/"1"' }),
    'delete, told of': (id) => server.delete(`Condition/${id}`, { prefer: 'return=OperationOutcome' }),
    'conditional create': (id) =>
      server.post('Condition', conditionOf('x', 'b'), { 'if-none-exist': `_id=${id}&code=86406008` }),
    'conditional update': (id) => server.put(`Condition?_id=${id}`, conditionOf(id)),
    'conditional patch': (id) => server.patch(`Condition?_id=${id}`, patch, asPatch),
    'conditional delete': (id) => server.delete(`Condition?_id=${id}`),
    'in a batch': (id) =>
      server.post(
        '',
        bundle('batch', entry('GET', `Condition/${id}`), entry('PUT', `Condition/${id}`, conditionOf(id))),
      ),
    'read in a transaction': (id) => server.post('', bundle('transaction', entry('GET', `Condition/${id}`))),
    'update in a transaction': (id) =>
      server.post('', bundle('transaction', entry('PUT', `Condition/${id}`, conditionOf(id)))),
    'delete in a transaction': (id) => server.post('', bundle('transaction', entry('DELETE', `Condition/${id}`))),
    'a conditional reference': (id) =>
      server.post(
        '',
        bundle(
          'transaction',
          entry('POST', 'Observation', { ...observation('x', 'a'), focus: [{ reference: `Condition?_id=${id}` }] }),
        ),
      ),
  }
  for (const [what, ask] of Object.entries(asked)) {
    const [hidden, absent] = await bothWays(t, ask)
    t.strictSame(hidden, absent, what)
  }
  const { json } = await open.get('Condition/cb')
  t.match(json, { meta: { versionId: '2' }, code: { coding: [{ code: '86406008' }] } }, 'and nothing became of it')
  t.equal((await open.get('Condition/zz')).status, 404)
})

t.test('what is seen and may not be changed is forbidden, not absent', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  const server = open.as(accessTo(recordOf('a'), { u: { Condition: 'code=1' }, d: { Condition: 'code=1' } }))
  t.equal((await server.put('Condition/ca', conditionOf('ca'))).status, 403)
  t.equal((await server.delete('Condition/ca')).status, 403)
  t.equal((await server.delete('Condition?_id=ca')).status, 403)
  t.equal((await server.put('Condition/cb', conditionOf('cb'))).status, 404)
  t.equal((await server.delete('Condition/cb')).status, 204)
  t.equal((await open.get('Condition/cb')).status, 200)
})

t.test('a deletion is gone to those who saw what was deleted, and absent to others', async (t) => {
  const open = await openServer(t)
  await writeTwoPatients(open)
  await open.delete('Condition/ca')
  await open.delete('Condition/cb')
  const server = open.as(accessTo(recordOf('a')))
  t.equal((await server.get('Condition/ca')).status, 410)
  t.equal((await server.get('Condition/cb')).status, 404)
  t.equal((await server.put('Condition/ca', conditionOf('ca'))).status, 404, 'to bring it back is to choose an id')
})

t.test('who may see to all of a type may choose ids, and no one else', async (t) => {
  const open = await openServer(t)
  const all = open.as(accessTo({ Patient: 'all' }, {}, { labels: 'all' }))
  t.equal((await all.put('Patient/n', patient('n'))).status, 201)
  t.equal((await open.as(accessTo({ Patient: 'all' })).put('Patient/m', patient('m'))).status, 201)
  const updates = open.as(accessTo({ Patient: 'all' }, { c: {} }))
  t.equal((await updates.put('Patient/o', patient('o'))).status, 404)
  t.equal((await updates.put('Patient/n', patient('n', { active: true }))).status, 200)
  const some = open.as(accessTo({ Patient: 'active=true' }))
  t.equal((await some.put('Patient/n', patient('n', { active: true }))).status, 200)
  t.equal((await some.put('Patient/new', patient('new', { active: true }))).status, 404)
  t.equal((await some.put('Patient?identifier=1', patient('new', { active: true }))).status, 403)
  t.equal((await some.put('Patient?identifier=1', { resourceType: 'Patient', active: true })).status, 201)
  t.equal((await some.put('Patient?identifier=2', { resourceType: 'Patient' })).status, 403)
})

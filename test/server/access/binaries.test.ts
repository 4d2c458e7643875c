import t from 'tap'
import { accessTo, recordOf } from '../../support/rights.ts'
import { BASE, openServer } from '../../support/server.ts'
import { writeTwoPatients } from '../../support/two-patients.ts'

const binary = (id: string, context?: string) => ({
  resourceType: 'Binary',
  id,
  contentType: 'text/plain',
  ...(context === undefined ? {} : { securityContext: { reference: context } }),
  data: Buffer.from(`content of ${id}`).toString('base64'),
})

const document = (id: string, of: string, url: string) => ({
  resourceType: 'DocumentReference',
  id,
  status: 'current',
  subject: { reference: `Patient/${of}` },
  content: [{ attachment: { url } }],
})

async function opened(t: Parameters<typeof openServer>[0]) {
  const open = await openServer(t)
  await writeTwoPatients(open)
  for (const whose of ['a', 'b']) {
    await open.put(`Binary/context-${whose}`, binary(`context-${whose}`, `Observation/o${whose}`))
    await open.put(`Binary/attached-${whose}`, binary(`attached-${whose}`))
    await open.put(`DocumentReference/d${whose}`, document(`d${whose}`, whose, `Binary/attached-${whose}`))
  }
  await open.put('Binary/both', binary('both', 'Observation/ob'))
  await open.put('DocumentReference/both', document('both', 'a', `${BASE}/Binary/both`))
  await open.put('Binary/alone', binary('alone'))
  const access = accessTo(recordOf('a'), {}, { linkedBinaries: true })
  return { open, server: open.as(access), access }
}

t.test('a Binary is read where what it belongs to may be read', async (t) => {
  const { open, server } = await opened(t)
  const json = { accept: 'application/fhir+json' }
  for (const id of ['context-a', 'attached-a']) {
    t.equal((await server.get(`Binary/${id}`)).text, `content of ${id}`)
    t.equal((await server.get(`Binary/${id}`, json)).json.id, id)
    t.equal((await server.get(`Binary/${id}/_history/1`)).text, `content of ${id}`)
    t.equal((await server.get(`Binary/${id}/_history`)).json.total, 1)
  }
  for (const id of ['context-b', 'attached-b', 'both', 'alone', 'absent']) {
    for (const path of [`Binary/${id}`, `Binary/${id}/_history/1`, `Binary/${id}/_history`]) {
      const { status, text } = await server.get(path)
      t.equal(status, 404, path)
      t.notMatch(text, /content|data/)
    }
  }
  await open.put('DocumentReference/db', document('db', 'b', `${BASE}/Binary/alone/_history/1`))
  await open.put('DocumentReference/da', document('da', 'a', 'Binary/alone/_history/1'))
  t.equal((await server.get('Binary/alone')).status, 200)
  t.equal((await server.get('Binary/attached-a')).status, 404, 'no document leads to it any more')
  await open.put('Binary/context-a', binary('context-a', 'Observation/ob'))
  t.equal((await server.get('Binary/context-a')).status, 404)
  t.equal((await server.get('Binary/context-a/_history/1')).status, 404)
  await open.delete('Binary/alone')
  t.equal((await server.get('Binary/alone')).status, 410)
})

t.test('Binaries are found by no search, and read by nobody without the right', async (t) => {
  const { open, server } = await opened(t)
  t.equal((await server.get('Binary')).status, 403)
  t.equal((await server.get('Binary?_id=attached-a')).status, 403)
  t.notMatch((await server.get('Patient/a/$everything')).text, /"resourceType":"Binary"/)
  t.notMatch((await server.get('_history')).text, /"resourceType":"Binary"/)
  t.equal((await open.as(accessTo(recordOf('a'))).get('Binary/attached-a')).status, 403)
})

t.test('nobody comes to a Binary by writing a document that leads to it', async (t) => {
  const { open, server, access } = await opened(t)
  const further = ['Binary/alone/', 'Binary/alone/x', 'Binary/alone/_history/1/2', `${BASE}/Binary/alone/$x`]
  for (const url of [
    'Binary/alone',
    'Binary/absent',
    `${BASE}/Binary/attached-b`,
    'Binary/alone/_history/1',
    ...further,
  ]) {
    t.equal((await server.post('DocumentReference', document('x', 'a', url))).status, 403, url)
    t.equal((await server.put('DocumentReference/da', document('da', 'a', url))).status, 403, url)
  }
  t.equal((await server.get('Binary/alone')).status, 404)
  t.equal((await server.post('DocumentReference', document('x', 'a', 'Binary/attached-a'))).status, 201)
  t.equal((await server.post('DocumentReference', document('x', 'a', 'https://example.org/x.pdf'))).status, 201)
  const writer = open.as({ ...access, may: { ...access.may, c: accessTo({ ...recordOf('a'), Binary: 'all' }).may.c } })
  const urn = 'urn:uuid:11111111-1111-4111-8111-111111111111'
  const { status, json } = await writer.post('', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      { fullUrl: urn, resource: binary('new'), request: { method: 'POST', url: 'Binary' } },
      { resource: document('x', 'a', urn), request: { method: 'POST', url: 'DocumentReference' } },
    ],
  })
  t.equal(status, 200)
  const [location] = /Binary\/[^/]+/.exec(json.entry[0].response.location) ?? []
  t.equal((await server.get(String(location))).text, 'content of new')
})

t.test('nor with a token that reads no Binaries, for another one that does', async (t) => {
  const { open, server } = await opened(t)
  const writer = open.as(accessTo(recordOf('a')))
  t.equal((await writer.post('DocumentReference', document('x', 'a', 'Binary/alone'))).status, 403)
  t.equal((await writer.post('DocumentReference', document('x', 'a', 'Binary/absent'))).status, 403)
  t.equal((await server.get('Binary/alone')).status, 404)
})

t.test('a Binary that is hidden with what it belongs to is neither written over, patched nor deleted', async (t) => {
  const { open, access } = await opened(t)
  const { r, s } = access.may
  const writer = open.as({ ...access, labels: 'all', may: { ...accessTo({ Binary: 'all' }).may, r, s } })
  const patch = [{ op: 'add', path: '/securityContext', value: { reference: 'Practitioner/gp' } }]
  const json = { 'content-type': 'application/json-patch+json' }
  for (const id of ['attached-b', 'absent']) {
    t.equal((await writer.patch(`Binary/${id}`, patch, json)).status, 404)
    t.equal((await writer.put(`Binary/${id}`, binary(id, 'Practitioner/gp'))).status, 404)
    t.equal((await writer.delete(`Binary/${id}`)).status, 204)
  }
  t.equal((await writer.put('Binary/attached-a', binary('attached-a'))).status, 200)
  t.equal((await open.get('Binary/attached-b')).status, 200)
})

t.test('what such Binaries have to meet themselves', async (t) => {
  const { open, access } = await opened(t)
  const none = open.as({ ...access, linkedBinariesMeet: { kind: 'none' } })
  t.equal((await none.get('Binary/attached-a')).status, 404)
  const labelled = { kind: 'token', param: '_security', tests: [{ system: undefined, code: 'R' }] } as const
  const { tests, ...rest } = labelled
  const unrestricted = open.as({
    ...access,
    linkedBinariesMeet: { kind: 'not', part: { ...rest, tests: [...tests] } },
  })
  t.equal((await unrestricted.get('Binary/attached-a')).status, 200)
  await open.put('Binary/attached-a', { ...binary('attached-a'), meta: { security: [{ code: 'R' }] } })
  t.equal((await unrestricted.get('Binary/attached-a')).status, 404)
})

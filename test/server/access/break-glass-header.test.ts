import t from 'tap'
import { OPEN } from '../../../auth/access.ts'
import { askWith } from '../../support/asking.ts'
import { bearer, type Headers, hospital } from '../../support/emergency.ts'
import { BASE, type Json, openServer, type Reply, type TestServer } from '../../support/server.ts'

const REASON = 'Ohnmächtig in der Notaufnahme'
const glass = (caller: Headers, reason = encodeURIComponent(REASON)): Headers => ({
  ...caller,
  'x-purpose-of-use': 'BTG',
  'x-break-glass-reason': reason,
})
const ids = ({ json }: Reply) => (json.entry ?? []).map(({ resource }: Json) => resource.id).sort()
const tasks = async (server: TestServer): Promise<Json[]> =>
  ((await askWith(OPEN, server, 'GET', 'Task?_sort=_lastUpdated')).json.entry ?? []).map(
    ({ resource }: Json) => resource,
  )

t.test('a read with purpose BTG and a reason breaks the glass, and is answered behind it', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const doctor = await bearer(server)
  t.equal((await server.get('Patient/shut', doctor)).status, 404)
  const opened = await server.get('Patient/shut', glass(doctor))
  t.match(opened, { status: 200, json: { id: 'shut' }, headers: { 'x-break-glass': /^Patient\/shut; until=/ } })
  const [task] = await tasks(server)
  t.match(task, {
    code: { coding: [{ code: 'break-glass' }] },
    requester: { reference: 'Practitioner/doc' },
    for: { reference: 'Patient/shut' },
    reasonCode: { text: REASON },
  })
  t.strictSame(ids(await server.get('Observation', doctor)), ['labelled', 'plain'], 'and goes on without the header')
  t.equal((await server.get('Patient/shut/$everything', glass(doctor))).status, 200)
  t.equal((await tasks(server)).length, 1, 'what is broken is not broken again')
  const someone = await bearer(server, { sub: 'another', fhirUser: 'Practitioner/another' })
  t.equal((await server.get('Patient/shut', someone)).status, 404)
  t.notOk(server.log.join('\n').includes('Notaufnahme'), 'the reason is not logged')
  t.notOk(server.log.join('\n').includes('Ohnm'))
})

t.test('each read and search about one patient may break it', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const asked = {
    'Patient/shut/_history/1': 'vread',
    'Patient/shut/_history': 'history',
    'Patient/shut/$everything': 'everything',
    'Patient/shut/Observation': 'compartment',
    'Patient/shut/*': 'whole compartment',
    'Observation?patient=shut': 'by id',
    'Observation?patient=Patient/shut': 'by reference',
    [`Observation?subject=${BASE}/Patient/shut`]: 'by URL',
    'Observation?subject=Patient/shut&code=x': 'with others',
    'Observation?patient=shut&subject:Patient=Patient/shut': 'twice',
    'Patient?_id=shut': 'of Patient',
  }
  for (const [at, [path, words]] of Object.entries(asked).entries()) {
    const doctor = await bearer(server, { sub: `doctor-${at}` })
    const { status, headers, text } = await server.get(path, glass(doctor))
    t.equal(status, 200, `${words}: ${text}`)
    t.match(headers['x-break-glass'], /^Patient\/shut; /, words)
    t.equal((await tasks(server)).length, at + 1)
  }
  const doctor = await bearer(server, { sub: 'posting' })
  const form = { ...glass(doctor), 'content-type': 'application/x-www-form-urlencoded' }
  t.strictSame(ids(await server.ask('POST', 'Observation/_search', 'patient=shut', form)), ['labelled', 'plain'])
})

t.test('what is about no one patient, and what is to change something, breaks nothing: 400', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const doctor = await bearer(server)
  const paths = [
    'Observation',
    'Observation/plain',
    'Patient',
    'Patient?_id=shut,other',
    'Observation?patient=shut,other',
    'Observation?patient=shut&patient=other',
    'Observation?patient=shut&subject=Patient/other',
    'Observation?subject=shut',
    'Observation?subject=Group/shut',
    'Observation?patient:not=shut',
    'Observation?patient.name=x',
    'Observation?patient=http://elsewhere.example.org/Patient/shut',
    'Observation?subject=',
    'Practitioner/doc/Observation',
    '_history',
  ]
  for (const path of paths) t.equal((await server.get(path, glass(doctor))).status, 400, path)
  const patient = { resourceType: 'Patient', id: 'shut' }
  t.equal((await server.put('Patient/shut', patient, glass(doctor))).status, 400)
  t.equal((await server.delete('Patient/shut', glass(doctor))).status, 400)
  const entry = [{ request: { method: 'GET', url: 'Patient/shut' } }]
  t.equal((await server.post('', { resourceType: 'Bundle', type: 'batch', entry }, glass(doctor))).status, 400)
  t.equal((await tasks(server)).length, 0)
  t.equal((await server.get('Patient/shut', doctor)).status, 404)
})

t.test('without a reason, or with one that is none, it is 400', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const doctor = await bearer(server)
  const without = { ...doctor, 'x-purpose-of-use': 'BTG' }
  t.equal((await server.get('Patient/shut', without)).status, 400)
  for (const reason of ['', '%20', 'x'.repeat(1001), '%00']) {
    t.equal((await server.get('Patient/shut', glass(doctor, reason))).status, 400, reason.slice(0, 9))
  }
  t.equal((await server.get('Patient/nobody', glass(doctor))).status, 404)
  t.equal((await tasks(server)).length, 0)
  const plain = Buffer.from(REASON).toString('latin1')
  t.equal((await server.get('Patient/shut', glass(doctor, plain))).status, 200, 'UTF-8 as it is')
  t.equal((await server.get('Patient/other', glass(doctor, '100 % sure'))).status, 200)
  t.strictSame(
    (await tasks(server)).map(({ reasonCode }) => reasonCode.text),
    [REASON, '100 % sure'],
  )
})

t.test('who may not break the glass is refused alike, whatever is asked and there', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const callers: Record<string, Headers> = {
    biller: await bearer(server, { chartroom_role: 'biller' }),
    'no role': await bearer(server, { chartroom_role: undefined }),
    'no user': await bearer(server, { fhirUser: undefined, scope: 'system/*.cruds' }),
  }
  for (const [name, headers] of Object.entries(callers)) {
    const replies: Reply[] = []
    for (const path of ['Patient/shut', 'Patient/other', 'Patient/absent', 'Observation']) {
      replies.push(await server.get(path, glass(headers)))
    }
    t.strictSame(
      replies.map(({ status }) => status),
      [403, 403, 403, 403],
      name,
    )
    t.equal(new Set(replies.map(({ text }) => text)).size, 1)
  }
  t.equal((await tasks(server)).length, 0)
  const open = await openServer(t)
  t.equal((await open.get('Patient/1', glass({}))).status, 403, 'nor while every door is open')
})

t.test('the operation takes the purpose in the header as well', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const doctor = await bearer(server)
  const body = { resourceType: 'Parameters', parameter: [{ name: 'reason', valueString: REASON }] }
  const headers = { ...doctor, 'x-purpose-of-use': 'BTG' }
  t.equal((await server.post('Patient/shut/$break-glass', body, headers)).status, 200)
  t.equal((await tasks(server)).length, 1)
})

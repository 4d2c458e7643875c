import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { OPEN } from '../../../auth/access.ts'
import { askWith } from '../../support/asking.ts'
import { bearer, type Headers, hospital } from '../../support/emergency.ts'
import { storeFolder } from '../../support/folder.ts'
import { ON_MONGO } from '../../support/place.ts'
import { type Json, openServer, type Reply, type TestServer } from '../../support/server.ts'

const REASON = 'Unconscious in the emergency room'
const breaking = (...parameter: Json[]) => ({ resourceType: 'Parameters', parameter })
const reason = { name: 'reason', valueString: REASON }
const partOf = ({ json }: Reply, name: string): Json =>
  Object.entries(json.parameter.find((one: Json) => one.name === name)).find(([key]) => key.startsWith('value'))?.[1]
const ids = ({ json }: Reply) => (json.entry ?? []).map(({ resource }: Json) => resource.id).sort()

t.test('broken glass opens one record to its user, to read and search, and a Task tells of it', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const doctor = await bearer(server)
  t.equal((await server.get('Patient/shut', doctor)).status, 404)
  t.strictSame(ids(await server.get('Observation', doctor)), [])
  const before = await server.get('Patient/other', doctor)
  t.equal(before.headers['x-break-glass'], undefined)

  const broken = await server.post('Patient/shut/$break-glass', breaking(reason), doctor)
  t.equal(broken.status, 200, broken.text)
  const until = Date.parse(partOf(broken, 'until'))
  t.ok(until > Date.now() + 29 * 60_000 && until <= Date.now() + 30 * 60_000, 'half an hour')

  const opened = await server.get('Patient/shut', doctor)
  t.equal(opened.status, 200)
  t.match(opened.headers['x-break-glass'], `Patient/shut; until=${partOf(broken, 'until')}`)
  t.strictSame(ids(await server.get('Observation', doctor)), ['labelled', 'plain'])
  t.equal((await server.get('Observation/labelled/_history/1', doctor)).status, 200)
  t.equal((await server.get('Observation?_summary=count', doctor)).json.total, 2)
  t.strictSame(ids(await server.get('Patient/shut/$everything', doctor)), ['labelled', 'no', 'plain', 'shut'])
  t.equal((await server.get('Observation/of-other', doctor)).status, 404, 'not of another patient')
  t.equal((await server.get('AuditEvent?patient=Patient/shut', doctor)).status, 403)

  const change = { resourceType: 'Observation', id: 'labelled', status: 'amended', code: { text: 'x' } }
  t.not((await server.put('Observation/labelled', change, doctor)).status, 200)
  t.not((await server.delete('Observation/labelled', doctor)).status, 200)
  t.equal((await server.services.store.read('Observation', 'labelled'))?.version, 1, 'nothing can be written')

  const someone = await bearer(server, { sub: 'another', fhirUser: 'Practitioner/another' })
  t.equal((await server.get('Patient/shut', someone)).status, 404, 'another user')
  const elsewhere = await bearer(server, { client_id: 'another-app', scope: 'user/Patient.rs' })
  t.equal((await server.get('Patient/shut', elsewhere)).status, 200)
  t.equal((await server.get('Observation/plain', elsewhere)).status, 403, 'as far as the scopes of the app go')

  const officer = await bearer(server, { sub: 'o', fhirUser: 'Practitioner/o', chartroom_role: 'privacy-officer' })
  const [task] = (await server.get('Task?patient=Patient/shut&status=requested', officer)).json.entry
  t.match(task.resource, {
    id: partOf(broken, 'task').reference.slice('Task/'.length),
    requester: { reference: 'Practitioner/doc' },
    reasonCode: { text: REASON },
    for: { reference: 'Patient/shut' },
  })
  t.notOk(server.log.join('\n').includes('Unconscious'), 'the reason is not logged')
})

t.test('who broke the glass writes nothing to the Task that tells of it, nor another such', async (t) => {
  const open = await openServer(t, { AUTH: 'on' })
  await hospital(open)
  const doctor = await bearer(open)
  const { json } = await open.post('Patient/other/$break-glass', breaking(reason), doctor)
  const { reference } = json.parameter.find(({ name }: Json) => name === 'task').valueReference
  const task = (await open.get(reference, doctor)).json
  t.equal(task.status, 'requested')
  t.equal((await open.put(reference, { ...task, status: 'completed' }, doctor)).status, 403)
  const { code: _, ...plain } = task
  t.equal((await open.put(reference, plain, doctor)).status, 403)
  const patch = [{ op: 'replace', path: '/status', value: 'cancelled' }]
  const headers = { ...doctor, 'content-type': 'application/json-patch+json' }
  t.equal((await open.patch(reference, patch, headers)).status, 403)
  t.equal((await open.post('Task', task, doctor)).status, 403)
  const own = await open.post('Task', plain, doctor)
  t.equal(own.status, 201)
  t.equal((await open.put(`Task/${own.json.id}`, { ...task, id: own.json.id }, doctor)).status, 403)
  t.equal((await open.put(`Task/${own.json.id}`, { ...plain, id: own.json.id }, doctor)).status, 200)
  const officer = await bearer(open, { sub: 'officer', chartroom_role: 'privacy-officer' })
  t.equal((await open.put(reference, { ...task, status: 'completed' }, officer)).status, 200)
})

t.test('only the privacy officer changes the Task, and makes one', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const { json } = await server.post('Patient/other/$break-glass', breaking(reason), await bearer(server))
  const { reference } = json.parameter.find(({ name }: Json) => name === 'task').valueReference
  const officer = await bearer(server, { sub: 'officer', chartroom_role: 'privacy-officer' })
  const task = (await server.get(reference, officer)).json
  for (const role of ['technician', 'coder', 'registrar', 'biller']) {
    const caller = await bearer(server, { sub: role, fhirUser: `Practitioner/${role}`, chartroom_role: role })
    // A biller sees his own tasks alone.
    const [seen, refused] = role === 'biller' ? [404, 404] : [200, 403]
    t.equal((await server.get(reference, caller)).status, seen, role)
    t.equal((await server.put(reference, { ...task, status: 'cancelled' }, caller)).status, refused, role)
    const { code: _, ...plain } = task
    t.equal((await server.put(reference, plain, caller)).status, refused, `${role}: nor made another one`)
    t.equal((await server.delete(reference, caller)).status, 403)
    t.equal((await server.post('Task', task, caller)).status, 403)
    const owned = { ...plain, id: `own-${role}`, owner: { reference: `Practitioner/${role}` } }
    await askWith(OPEN, server, 'PUT', `Task/${owned.id}`, owned)
    t.equal((await server.put(`Task/${owned.id}`, { ...owned, status: 'completed' }, caller)).status, 200)
    t.equal((await server.put(`Task/${owned.id}`, { ...task, ...owned, code: task.code }, caller)).status, 403)
  }
  t.equal((await server.put(reference, { ...task, status: 'completed' }, officer)).status, 200)
})

t.test('who may not break the glass is refused alike, whatever is there', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const callers: Record<string, Headers> = {
    biller: await bearer(server, { chartroom_role: 'biller' }),
    'no role': await bearer(server, { chartroom_role: undefined }),
    'no user': await bearer(server, { fhirUser: undefined, scope: 'system/*.cruds' }),
    administrator: await bearer(server, { chartroom_role: 'administrator', scope: 'user/*.cruds chartroom/admin' }),
  }
  for (const [name, headers] of Object.entries(callers)) {
    const replies = []
    for (const id of ['shut', 'other', 'absent']) {
      replies.push(await server.post(`Patient/${id}/$break-glass`, breaking(reason), headers))
    }
    t.strictSame(
      replies.map(({ status }) => status),
      [403, 403, 403],
      name,
    )
    t.equal(new Set(replies.map(({ text }) => text)).size, 1)
  }
  const tasks = await askWith(OPEN, server, 'GET', 'Task')
  t.equal(tasks.json.total, 0, 'nothing was committed')
})

t.test('what is asked wrongly opens nothing', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const doctor = await bearer(server)
  const post = async (body: Json, path = 'Patient/shut/$break-glass') => (await server.post(path, body, doctor)).status
  t.equal(await post(breaking({ name: 'purpose', valueCode: 'BTG' })), 400, 'no reason')
  t.equal(await post(breaking({ name: 'reason', valueString: ' ' })), 400, 'none in words')
  t.equal(await post(breaking({ name: 'reason', valueString: 'x'.repeat(1001) })), 400, 'too long')
  t.equal(await post(breaking(reason, { name: 'purpose', valueCode: 'TREAT' })), 400, 'another purpose')
  t.equal(await post(breaking(reason, { name: 'more', valueCode: 'x' })), 400, 'unknown parameter')
  t.equal(await post(breaking(), 'Patient/shut/$break-glass?reason=in%20the%20url'), 400, 'in the URL')
  t.equal(await post(breaking(reason), 'Patient/absent/$break-glass'), 404)
  t.equal((await server.get('Patient/shut/$break-glass', doctor)).status, 405)
  const entry = { resource: breaking(reason), request: { method: 'POST', url: 'Patient/shut/$break-glass' } }
  t.equal(await post({ resourceType: 'Bundle', type: 'transaction', entry: [entry] }, ''), 400)
  t.equal((await server.get('Patient/shut', doctor)).status, 404)
  t.equal((await askWith(OPEN, server, 'GET', 'Task')).json.total, 0)
})

t.test('a reason may be a code, and a second one is a second Task', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const doctor = await bearer(server)
  const coding = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'ETREAT' }
  const codes = await server.post(
    'Patient/shut/$break-glass',
    breaking({ name: 'reason', valueCoding: coding }),
    doctor,
  )
  t.equal(codes.status, 200, codes.text)
  t.equal((await server.post('Patient/shut/$break-glass', breaking(reason), doctor)).status, 200)
  const { json } = await askWith(OPEN, server, 'GET', 'Task?_sort=_lastUpdated')
  t.strictSame(json.entry.map(({ resource }: Json) => resource.reasonCode).sort(), [
    { coding: [coding] },
    { text: REASON },
  ])
})

t.test('it is so in every process within a second or so, and ends by itself', async (t) => {
  const environment = { AUTH: 'on', DATA_DIR: storeFolder(t) }
  const first = await openServer(t, environment)
  await hospital(first)
  const servers = ON_MONGO ? [first, await openServer(t, environment)] : [first]
  const doctor = await bearer(first)
  for (const server of servers) t.equal((await server.get('Patient/shut', doctor)).status, 404)
  first.services.config.breakGlassTime = 4_000
  t.equal((await first.post('Patient/shut/$break-glass', breaking(reason), doctor)).status, 200)
  t.equal((await first.get('Patient/shut', doctor)).status, 200, 'at once')
  const until = async (server: TestServer, status: number) => {
    while ((await server.get('Patient/shut', doctor)).status !== status) await setTimeout(50)
  }
  await Promise.all(servers.map((server) => until(server, 200)))
  await Promise.all(servers.map((server) => until(server, 404)))
  for (const server of servers) t.equal((await server.get('Patient/shut', doctor)).status, 404)
})

import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { AuditTrail } from '../../auth/audit/trail.ts'
import { SHIPPED_RULES } from '../../him/privacy/screen/rules.ts'
import { StoredRules } from '../../him/privacy/screen/stored-rules.ts'
import { reading, recordDeeds } from '../support/deeds.ts'
import { bearer, type Headers } from '../support/emergency.ts'
import { type Json, openServer, type TestServer } from '../support/server.ts'

const TASKS = 'Task?code=https://chartroom.invalid/fhir/CodeSystem/task|privacy-screen'
const TODAY = new Date().toISOString().slice(0, 10)
const TOMORROW = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
const asking = (...parameter: Json[]) => ({ resourceType: 'Parameters', parameter })
const PERIOD = [
  { name: 'start', valueDate: TODAY },
  { name: 'end', valueDate: TOMORROW },
]

const NAME = [{ family: 'Zellkirk', given: ['Nora'] }]

/** A server with somebody who has looked at the own record, and the header of a privacy officer. */
async function opened(t: Parameters<typeof openServer>[0]) {
  const server = await openServer(t, { AUTH: 'on' })
  for (const resource of [
    { resourceType: 'Practitioner', id: 'nosy', name: NAME, birthDate: '1980-02-03' },
    { resourceType: 'Patient', id: 'own', name: NAME, birthDate: '1980-02-03' },
    { resourceType: 'Patient', id: 'other', name: [{ family: 'Brown', given: ['Nora'] }], birthDate: '1980-02-03' },
  ]) {
    await loaded(server, resource)
  }
  await recordDeeds(server, [looking('own'), looking('other')])
  return { server, officer: await as(server, 'privacy-officer', 'officer') }
}

const looking = (patient: string) => reading('Practitioner/nosy', patient, new Date().toISOString())

async function loaded(server: TestServer, resource: { resourceType: string; id: string }): Promise<void> {
  const loader = await bearer(server, { chartroom_role: undefined, fhirUser: undefined, scope: 'system/*.cruds' })
  const { status, text } = await server.put(`${resource.resourceType}/${resource.id}`, resource, loader)
  if (status !== 201) throw new Error(text)
}

const as = (server: TestServer, role: string, id: string) =>
  bearer(server, {
    sub: id,
    fhirUser: `Practitioner/${id}`,
    chartroom_role: role,
    scope: 'user/*.cruds user/AuditEvent.rs chartroom/admin',
  })

async function screened(server: TestServer, officer: Headers, ...more: Json[]): Promise<Json> {
  const { status, text } = await server.post('AuditEvent/$screen', asking(...PERIOD, ...more), officer)
  if (status !== 200) throw new Error(text)
  for (;;) {
    const { json } = await server.get('AuditEvent/$screen-state', officer)
    const state = Object.fromEntries(json.parameter.map(({ name, ...rest }: Json) => [name, Object.values(rest)[0]]))
    if (!state.running) return state
    await setTimeout(5)
  }
}

const tasksOf = async (server: TestServer, headers: Headers): Promise<Json[]> => {
  const { json } = await server.get(TASKS, headers)
  return (json.entry ?? []).map(({ resource }: Json) => resource)
}

t.test('what is found of somebody becomes one Task for the period, and stays one', async (t) => {
  const { server, officer } = await opened(t)
  const first = await screened(server, officer)
  t.match(first, { findings: 1, made: 1, renewed: 0, looks: 4, explained: 2 })
  t.equal(first.failure, undefined)
  const [task, ...more] = await tasksOf(server, officer)
  t.strictSame(more, [])
  t.match(task, {
    status: 'requested',
    priority: 'urgent',
    businessStatus: { coding: [{ code: 'not-reviewed' }] },
    focus: { reference: 'Practitioner/nosy' },
    performerType: [{ coding: [{ code: 'privacy-officer' }] }],
    input: [{ valuePeriod: {} }, { type: { coding: [{ code: 'own-record', version: SHIPPED_RULES.version }] } }],
  })
  const [, key = ''] = JSON.stringify(task).match(/AuditEvent\/([^".]+)\.0/) ?? []
  const deed = await new AuditTrail(server.services.store.audit).read(key)
  t.match(deed, { agent: { user: 'Practitioner/nosy' }, parts: [{ patients: ['own'] }] }, 'the evidence is there')

  t.match(await screened(server, officer), { findings: 1, made: 0, renewed: 0 })
  t.equal((await tasksOf(server, officer))[0].meta.versionId, '1', 'the same findings change nothing')
})

t.test('a screen that is run again renews findings, and never what reviewers wrote', async (t) => {
  const { server, officer } = await opened(t)
  await screened(server, officer)
  const [task] = await tasksOf(server, officer)
  const review = {
    status: 'in-progress',
    businessStatus: {
      coding: [{ system: 'https://chartroom.invalid/fhir/CodeSystem/review-state', code: 'under-review' }],
    },
    note: [{ text: 'asked the supervisor', time: '2026-11-28T10:00:00.10Z' }],
    owner: { reference: 'Practitioner/officer' },
  }
  const reviewed = await server.put(`Task/${task.id}`, { ...task, ...review }, officer)
  t.equal(reviewed.status, 200, reviewed.text)

  await recordDeeds(server, [looking('own')])
  t.match(await screened(server, officer), { made: 0, renewed: 1 })
  const [renewed] = await tasksOf(server, officer)
  t.equal(renewed.id, task.id)
  t.match(renewed, review)
  t.not(JSON.stringify(renewed.input), JSON.stringify(task.input))

  t.match(await screened(server, officer, { name: 'rules', valueString: 'neighbour,deceased' }), {
    findings: 0,
    renewed: 0,
  })
  t.strictSame((await tasksOf(server, officer))[0], renewed, 'what other rules found stays')

  const off = structuredClone(SHIPPED_RULES) as Json
  off.version = '2'
  off.rules['own-record'].on = false
  const { store } = server.services
  await store.commit({ changes: [], guards: [], state: await new StoredRules(store.state).replacing(off) })
  t.match(await screened(server, officer), { findings: 0, made: 0, renewed: 1 })
  const [empty] = await tasksOf(server, officer)
  t.match(empty, { ...review, description: 'Nothing is found any more' })
  t.equal(empty.input.length, 1)
})

t.test('a review is in one of the states that there are', async (t) => {
  const { server, officer } = await opened(t)
  await screened(server, officer)
  const [task] = await tasksOf(server, officer)
  const path = `Task/${task.id}`
  const patch = { ...officer, 'content-type': 'application/json-patch+json' }
  const into = (code: string) => [{ op: 'replace', path: '/businessStatus/coding/0/code', value: code }]
  for (const wrong of ['reviewed', 'Closed', 'toString']) {
    const refused = await server.patch(path, into(wrong), patch)
    t.match(refused, { status: 422, json: { issue: [{ expression: ['Task.businessStatus'] }] } }, wrong)
    t.match(refused.text, 'not-reviewed, under-review, investigation, closed')
  }
  t.equal((await server.patch(path, [{ op: 'remove', path: '/businessStatus' }], patch)).status, 422)
  for (const right of ['under-review', 'investigation', 'closed']) {
    t.equal((await server.patch(path, into(right), patch)).status, 200, right)
  }
})

t.test('its Tasks are for those alone who may run it, and never for whom they are about', async (t) => {
  const { server, officer } = await opened(t)
  await screened(server, officer)
  const [task] = await tasksOf(server, officer)
  const path = `Task/${task.id}`
  for (const role of ['technician', 'coder', 'registrar', 'physician', 'biller', 'auditor', 'administrator']) {
    const user = await as(server, role, 'somebody')
    t.equal((await server.get('Task', user)).json.entry?.length ?? 0, 0, role)
    t.match((await server.get(path, user)).status, /403|404/, role)
    t.match((await server.get(`${path}/_history/1`, user)).status, /403|404/, role)
    t.match((await server.put(path, { ...task, status: 'completed' }, user)).status, /403|404/, role)
    const { id: _, ...forged } = task
    t.equal((await server.post('Task', forged, user)).status, 403, `${role} makes none`)
  }
  const nosy = await as(server, 'privacy-officer', 'nosy')
  t.strictSame(await tasksOf(server, nosy), [])
  t.equal((await server.get(path, nosy)).status, 404)
  t.equal((await server.put(path, { ...task, status: 'completed' }, nosy)).status, 404)
  const service = await bearer(server, { chartroom_role: undefined, fhirUser: undefined, scope: 'system/*.cruds' })
  t.equal((await server.get(path, service)).status, 404, 'no service without the scope for all')
  t.strictSame(await tasksOf(server, service), [])
  t.equal((await tasksOf(server, officer))[0].meta.versionId, '1')
})

t.test('who may run it, and what it takes', async (t) => {
  const { server, officer } = await opened(t)
  for (const role of ['auditor', 'technician', 'physician', 'administrator', 'patient']) {
    const user = await as(server, role, 'somebody')
    t.equal((await server.post('AuditEvent/$screen', asking(...PERIOD), user)).status, 403, role)
    t.equal((await server.get('AuditEvent/$screen-state', user)).status, 403, role)
  }
  const unscoped = await bearer(server, { chartroom_role: 'privacy-officer', scope: 'user/*.cruds' })
  t.equal((await server.post('AuditEvent/$screen', asking(...PERIOD), unscoped)).status, 403, 'without AuditEvent.s')
  t.equal((await server.get(`AuditEvent/$screen?start=${TODAY}&end=${TODAY}`, officer)).status, 405)
  const wrong: [Json[], number][] = [
    [[PERIOD[0]!], 400],
    [[], 400],
    [
      [
        { name: 'start', valueDate: TOMORROW },
        { name: 'end', valueDate: '2020-01-01' },
      ],
      400,
    ],
    [[...PERIOD, { name: 'rules', valueString: 'own-record,none' }], 400],
    [[...PERIOD, { name: 'rules', valueString: 'own-record,,' }], 400],
  ]
  for (const [parameters, status] of wrong) {
    t.equal((await server.post('AuditEvent/$screen', asking(...parameters), officer)).status, status)
  }
  const both = await Promise.all([1, 2].map(() => server.post('AuditEvent/$screen', asking(...PERIOD), officer)))
  t.strictSame(both.map(({ status }) => status).sort(), [200, 409], 'one at a time')
})

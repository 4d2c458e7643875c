import t from 'tap'
import { accessFor } from '../../support/access.ts'
import { openServer } from '../../support/server.ts'

const OWN = { resourceType: 'Patient', id: 'p1' }
const OTHER = { resourceType: 'Patient', id: 'p2' }
const ids = ({ issue }: { issue: { code: string; severity: string }[] }) =>
  issue.map(({ severity, code }) => `${severity} ${code}`)

t.test('a permission to create, update or read the type lets one validate what one brings', async (t) => {
  const open = await openServer(t)
  for (const [scope, status] of [
    ['user/Patient.c', 200],
    ['user/Patient.u', 200],
    ['user/Patient.r', 200],
    ['user/Patient.s', 403],
    ['user/Patient.d', 403],
    ['user/Observation.cruds', 403],
    ['openid', 403],
  ] as const) {
    const server = open.as(await accessFor([scope]))
    t.equal((await server.post('Patient/$validate', { resourceType: 'Patient' })).status, status, scope)
  }
})

t.test('what is hidden is not there', async (t) => {
  const open = await openServer(t)
  for (const patient of [OWN, OTHER]) await open.put(`Patient/${patient.id}`, patient)
  const server = open.as(await accessFor(['patient/*.cruds']))
  t.equal((await server.get('Patient/p1/$validate')).status, 200)
  t.equal((await server.get('Patient/p2/$validate')).status, 404)
  for (const id of ['p2', 'absent']) {
    const deletion = await server.get(`Patient/${id}/$validate?mode=delete`)
    t.strictSame(ids(deletion.json), ['error not-found'], id)
    const update = await server.post(`Patient/${id}/$validate?mode=update`, { ...OTHER, id })
    t.strictSame(ids(update.json), ['error not-found'], id)
  }
})

t.test('what refers to a resource is told as far as the caller may search it', async (t) => {
  const open = await openServer(t)
  await open.put('Patient/p1', OWN)
  const status = {
    clinicalStatus: {
      coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' }],
    },
  }
  await open.put('Condition/c', { resourceType: 'Condition', id: 'c', ...status, subject: { reference: 'Patient/p1' } })
  const seeing = open.as(await accessFor(['user/Patient.rd', 'user/Condition.rs']))
  t.match((await seeing.get('Patient/p1/$validate?mode=delete')).json.issue, [{ diagnostics: /Condition\/c/ }])
  const blind = open.as(await accessFor(['user/Patient.rd']))
  t.strictSame(ids((await blind.get('Patient/p1/$validate?mode=delete')).json), ['information informational'])
  const reader = open.as(await accessFor(['user/Patient.r']))
  t.strictSame(ids((await reader.get('Patient/p1/$validate?mode=delete')).json), ['error forbidden'])
})

t.test('what is withheld from the caller is not validated', async (t) => {
  const open = await openServer(t, { CHARTROOM_VALIDATION: 'off' })
  const telecom = [{ system: 'phone', value: '1', period: { start: '2020', end: '2019' } }]
  await open.put('Patient/p1', { ...OWN, telecom })
  t.match(ids((await open.get('Patient/p1/$validate')).json), ['error invariant'])
  const access = { ...(await accessFor(['user/Patient.r'])), hidden: { Patient: ['telecom'] } }
  t.strictSame(ids((await open.as(access).get('Patient/p1/$validate')).json), ['information suppressed'])
})

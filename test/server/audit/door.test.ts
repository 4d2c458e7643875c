import t from 'tap'
import type { RecordedDeed } from '../../../auth/audit/deed.ts'
import { bearer, hospital } from '../../support/emergency.ts'
import { listen, sendRaw } from '../../support/listen.ts'
import { deedsOf } from '../../support/recorded-deeds.ts'
import { openServer, type TestServer } from '../../support/server.ts'

/** The deeds that were folded till now. */
async function refusals({ services }: TestServer): Promise<RecordedDeed[]> {
  await services.folded.flush()
  return (await deedsOf(services.store)).filter(({ times }) => times !== undefined)
}

t.test('who is not let in is on record by the minute', async (t) => {
  const server = await openServer(t, { AUTH: 'on', CHARTROOM_RATE_LIMIT: '40' })
  for (let time = 0; time < 20; time++) await server.get('Patient/1')
  for (let time = 0; time < 10; time++) await server.get('Patient/1', { authorization: 'Bearer not.a.token' })
  await server.get('Patient/1?access_token=x')
  t.equal((await deedsOf(server.services.store)).filter(({ code }) => code === 'refused').length, 0)
  for (let time = 0; time < 12; time++) await server.get('Patient/1')
  const found = await refusals(server)
  t.strictSame(
    found.map(({ kind, code, outcome, told, times, from }) => [kind, code, outcome, told, times, from]),
    [
      ['security', 'refused', '4', 'unauthenticated', 39, '127.0.0.1'],
      ['security', 'refused', '4', 'invalid', 1, '127.0.0.1'],
      ['security', 'refused', '4', 'too-many-requests', 3, '127.0.0.1'],
    ],
  )
  t.notMatch(JSON.stringify(found), /not\.a\.token/)
})

t.test('metadata is asked for by nobody, and nobody fills the log with it', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  for (let time = 0; time < 30; time++) t.equal((await server.get('metadata')).status, 200)
  t.equal((await server.post('metadata', {})).status, 405)
  const found = await refusals(server)
  t.match(found, [
    { kind: 'rest', code: 'capabilities', action: 'R', outcome: '0', times: 30, from: '127.0.0.1' },
    { kind: 'security', code: 'refused', told: 'method-not-allowed', times: 1 },
  ])
  t.equal(found.length, 2)
})

t.test('what a known caller asks that is no interaction names him', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const doctor = await bearer(server)
  await server.get('Nothing/1', doctor)
  await server.get('Nothing/2', doctor)
  await server.get('Patient/1', { ...doctor, accept: 'image/png' })
  await server.get('Patient/1', { ...doctor, 'x-purpose-of-use': 'HRESCH' })
  const found = await refusals(server)
  const agent = { user: 'Practitioner/doc', subject: 'doctor', client: 'app', role: 'physician' }
  t.match(found, [
    { told: 'not-found', times: 2, agent },
    { told: 'not-acceptable', times: 1, agent },
    { told: 'forbidden', times: 1 },
  ])
})

t.test('what is no HTTP that can be read, and what a page must not ask', async (t) => {
  const { server, port } = await listen(t)
  await sendRaw(t, port, 'NONSENSE\r\n\r\n')
  await server.get('Patient/1', { host: 'elsewhere.example.org' })
  const found = await refusals(server)
  t.match(found, [
    { told: 'invalid', times: 1, from: /127\.0\.0\.1/, agent: {} },
    { told: 'forbidden', times: 1 },
  ])
})

t.test('breaking the glass is on record with its reason, and so is who may not', async (t) => {
  const server = await openServer(t, { AUTH: 'on' })
  await hospital(server)
  const glass = { 'x-purpose-of-use': 'BTG', 'x-break-glass-reason': 'Unconscious' }
  const doctor = await bearer(server)
  t.equal((await server.get('Patient/shut', { ...doctor, ...glass, 'x-request-id': 'r1' })).status, 200)
  const biller = await bearer(server, { sub: 'b', chartroom_role: 'biller', fhirUser: 'Practitioner/b' })
  t.equal((await server.get('Patient/shut', { ...biller, ...glass })).status, 403)
  const deeds = (await deedsOf(server.services.store)).slice(-3)
  t.match(deeds, [
    {
      kind: 'security',
      code: 'break-glass',
      outcome: '0',
      reason: 'Unconscious',
      purposes: ['BTG'],
      request: 'r1',
      agent: { user: 'Practitioner/doc' },
      parts: [
        { type: 'Patient', id: 'shut' },
        { type: 'Task', action: 'C', patients: ['shut'] },
      ],
    },
    {
      kind: 'rest',
      code: 'read',
      outcome: '0',
      purposes: ['BTG'],
      request: 'r1',
      decidedBy: ['policy/physician|1', 'break-glass'],
    },
    { outcome: '4', told: 'forbidden', agent: { user: 'Practitioner/b' } },
  ])
})

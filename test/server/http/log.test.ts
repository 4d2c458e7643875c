import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { LineBuffer } from '../../../server/http/line-buffer.ts'
import { storeFolder } from '../../support/folder.ts'
import { openServer } from '../../support/server.ts'

t.test('one line a request, with nothing of a patient in it', async (t) => {
  const server = await openServer(t)
  const secret = 'Zyxwvut'
  const patient = { resourceType: 'Patient', id: secret, name: [{ family: secret }] }
  await server.put(`Patient/${secret}`, patient, { authorization: `Bearer ${secret}` })
  await server.get(`Patient/${secret}`)
  await server.get(`Patient/${secret}/_history/1`)
  await server.get(`Patient?family=${secret}&${secret}=1`)
  await server.post('Patient', { ...patient, gender: secret })
  await server.post('Patient', `{"resourceType":"Patient","${secret}`)
  await server.post(secret, patient)
  await server.get(`Patient/${secret}/${secret}/${secret}`)
  await server.get(`${secret}?${secret}`)
  await server.post('', {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [{ resource: patient, request: { method: 'PUT', url: `Patient/${secret}` } }],
  })
  await server.patch(`Patient/${secret}`, `[{"op":"test","path":"/name/0/family","value":"${secret}x"}]`, {
    'content-type': 'application/json-patch+json',
  })
  await server.app.inject(`/${secret}`)
  t.equal(server.log.length, 12)
  const lines = server.log.map((line) => JSON.parse(line))
  t.match(lines[0], {
    method: 'PUT',
    status: 201,
    route: '/fhir/:type/:id',
    type: 'Patient',
    interaction: 'update',
    id: /.+/,
    ms: Number,
  })
  t.match(lines[1], { method: 'GET', status: 200, route: '/fhir/:type/:id', interaction: 'read' })
  t.match(lines[3], { route: '/fhir/:type', interaction: 'search-type' })
  t.match(lines[11], { route: 'unknown', status: 404 })
  t.notMatch(server.log.join('').toLowerCase(), secret.toLowerCase())
})

t.test('a fault of the server is logged with its place, and told without', async (t) => {
  const server = await openServer(t)
  server.services.store.read = () => Promise.reject(new TypeError('patient Zyxwvut'))
  const { status, text } = await server.get('Patient/p')
  t.equal(status, 500)
  t.notMatch(text, /Zyxwvut|TypeError|at /)
  const [line = ''] = server.log
  t.match(JSON.parse(line), { level: 50, status: 500, detail: /TypeError\n +at / })
  t.notMatch(line, /Zyxwvut/)
})

t.test('lines are gathered, and none is lost at the end', async (t) => {
  const path = join(storeFolder(t), 'log')
  const file = openSync(path, 'w')
  const lines = new LineBuffer(file)
  for (let at = 0; at < 20_000; at++) lines.write(`{"at":${at}}\n`)
  await new Promise((resolve) => setTimeout(resolve, 50))
  for (let at = 20_000; at < 20_010; at++) lines.write(`{"at":${at}}\n`)
  await lines.flush()
  closeSync(file)
  const written = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { at: number }).at)
  t.strictSame(
    written.sort((one, other) => one - other),
    Array.from({ length: 20_010 }, (_, at) => at),
  )
})

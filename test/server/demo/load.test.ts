import { t } from 'tap'
import { demoBundles } from '../../../server/demo/hospital.ts'
import { loadDemo } from '../../../server/demo/load.ts'
import { openServer } from '../../support/server.ts'

const TODAY = '2026-11-24'

t.test('into an empty store, once', async (t) => {
  const server = await openServer(t)
  t.equal(await loadDemo(server.services, TODAY), true)
  t.equal((await server.get('Patient?_summary=count')).json.total, 30)
  t.equal(await loadDemo(server.services, TODAY), false)
  await server.delete('Organization/demo-hospital')
  t.equal(await loadDemo(server.services, TODAY), false, 'what the user deleted stays deleted')
})

t.test('goes on with a load that was broken off', async (t) => {
  const server = await openServer(t)
  const [, ...patients] = demoBundles({ today: TODAY })
  for (const bundle of patients.slice(0, 3)) t.equal((await server.post('', bundle)).status, 200)
  t.equal(await loadDemo(server.services, TODAY), true)
  t.equal((await server.get('Patient?_summary=count')).json.total, 30)
  t.equal((await server.get('Organization/demo-hospital')).status, 200)
})

t.test('never into a store that holds anything else', async (t) => {
  const server = await openServer(t)
  await server.put('Basic/own', { resourceType: 'Basic', id: 'own', code: { text: 'x' } })
  t.equal(await loadDemo(server.services, TODAY), false)
  t.equal((await server.get('Patient?_summary=count')).json.total, 0)
})

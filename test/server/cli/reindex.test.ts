import t from 'tap'
import { runCli } from '../../support/cli.ts'
import { storeFolder } from '../../support/folder.ts'
import { placeOf } from '../../support/place.ts'
import { openServer } from '../../support/server.ts'
import { spawnServer } from '../../support/spawn.ts'

const fhir = async (folder: string, ...args: string[]) => runCli(await placeOf(folder), ...args)

t.test('in the store itself, and through the server that has it open', async (t) => {
  const folder = storeFolder(t)
  const filled = await openServer(t, { DATA_DIR: folder })
  for (let at = 0; at < 20; at++)
    await filled.put(`Basic/b${at}`, { resourceType: 'Basic', id: `b${at}`, code: { text: 'x' } })
  await filled.services.close()
  const here = await fhir(folder, 'reindex')
  t.equal(here.code, 0, here.output)
  t.match(here.output, `Indexing anew the store in ${folder}\n20 resources indexed, `)
  const server = await spawnServer(folder)
  t.teardown(() => server.stop())
  const there = await fhir(folder, 'reindex')
  t.equal(there.code, 0, there.output)
  t.match(there.output, `Indexing anew the store of the server at ${server.fhir}\n20 resources indexed, `)
  const named = await fhir(storeFolder(t), 'reindex', '--url', `${server.fhir}/`)
  t.equal(named.code, 0, named.output)
  t.match(named.output, '20 resources indexed')
})

t.test('what goes wrong', async (t) => {
  const folder = storeFolder(t)
  const nobody = await fhir(folder, 'reindex', '--url', 'http://127.0.0.1:9/fhir')
  t.equal(nobody.code, 1)
  t.match(nobody.output, /cannot be reached/)
  const wrong = await fhir(folder, 'reindex', '--everything')
  t.equal(wrong.code, 2)
  t.match(wrong.output, /Usage: npm run fhir -- reindex/)
  t.match((await fhir(folder, 'help')).output, /reindex/)
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readConfig } from '../../../server/config.ts'
import { openStore } from '../../../server/store.ts'
import { runCli } from '../../support/cli.ts'
import { storeFolder } from '../../support/folder.ts'
import { placeOf } from '../../support/place.ts'
import { deedsOf } from '../../support/recorded-deeds.ts'
import { spawnServer } from '../../support/spawn.ts'

t.test('a server that starts and stops, and what is loaded and indexed meanwhile, is on record', async (t) => {
  const folder = storeFolder(t)
  const place = await placeOf(folder)
  const server = await spawnServer(folder)
  await server.stop()
  const file = join(folder, 'some.ndjson')
  writeFileSync(file, '{"resourceType":"Patient","id":"p1"}\n{"resourceType":"Patient","id":"p2"}\n')
  t.match(await runCli({ ...place, AUTH: 'off' }, 'load', file), { code: 0 })
  t.match(await runCli({ ...place, AUTH: 'off' }, 'reindex'), { code: 0 })
  const { store } = await openStore(readConfig({ ...place, DEMO: 'off', AUTH: 'off' }))
  t.teardown(() => store.close())
  const deeds = await deedsOf(store)
  const told = deeds.map(({ kind, code, told, agent, count }) => [kind, code, told, agent.system, count].join(' '))
  t.strictSame(
    told.filter((line) => !line.startsWith('rest')),
    [
      'application start  server ',
      'application stop  server ',
      'application import begun cli ',
      'application import  cli 1',
      'operation reindex  cli ',
    ],
  )
  const loaded = deeds.filter(({ kind }) => kind === 'rest')
  t.ok(loaded.length > 0)
  for (const { agent } of loaded) t.strictSame(agent, { system: 'cli' })
})

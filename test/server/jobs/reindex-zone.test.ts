import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { storeFolder } from '../../support/folder.ts'
import { placeOf } from '../../support/place.ts'
import { type Json, openServer, type TestServer } from '../../support/server.ts'
import { spawnServer } from '../../support/spawn.ts'

const CLI = join(import.meta.dirname, '..', '..', '..', 'server', 'cli', 'main.ts')
const NEW_YORK = 'America/New_York'
const patient = (id: string) => ({ resourceType: 'Patient', id, birthDate: '2015-04-01' })

/** What is found if it was indexed in New York, and if it was in UTC. */
const IN_NEW_YORK = 'Patient?birthdate=sa2015-04-01T03:59Z&_summary=count'
const IN_UTC = 'Patient?birthdate=eb2015-04-02T00:00Z&_summary=count'

const total = async (server: TestServer, path: string) => (await server.get(path)).json.total

/** A store in which a server in UTC wrote a Patient. */
async function stored(t: Test): Promise<string> {
  const folder = storeFolder(t)
  const { services, put } = await openServer(t, { DATA_DIR: folder })
  await put('Patient/p', patient('p'))
  await services.close()
  return folder
}

async function run(folder: string, zone: string, ...args: string[]): Promise<string> {
  const env = { ...process.env, ...(await placeOf(folder)), CHARTROOM_ZONE: zone }
  const child = spawn(process.execPath, [CLI, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk)
    })
  }
  await once(child, 'close')
  return output
}

t.test('started with another zone, a server indexes all anew by itself', async (t) => {
  const folder = await stored(t)
  const server = await spawnServer(folder, { CHARTROOM_ZONE: NEW_YORK })
  t.teardown(() => server.stop())
  const ask = async (path: string) => (await (await fetch(`${server.fhir}/${path}`)).json()) as Json
  while (!(await ask('$reindex')).parameter.some(({ name }: Json) => name === 'finished')) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  t.equal((await ask(IN_NEW_YORK)).total, 1)
  t.equal((await ask(IN_UTC)).total, 0)
})

t.test('and not with the same one, by whichever name', async (t) => {
  const folder = storeFolder(t)
  const zones = [NEW_YORK, 'US/Eastern', 'america/new_york', 'UTC']
  for (const [at, zone] of zones.entries()) {
    const { services, put } = await openServer(t, { DATA_DIR: folder, CHARTROOM_ZONE: zone })
    t.equal(services.reindex.isBehind, zone === 'UTC', zone)
    if (at === 0) await put('Patient/p', patient('p'))
    await services.close()
  }
})

t.test('what was loaded in another zone while the server was down is put right at its next start', async (t) => {
  const folder = await stored(t)
  const file = join(folder, 'more.ndjson')
  writeFileSync(file, JSON.stringify(patient('loaded')))
  t.match(await run(folder, '+05:30', 'load', file), / total +1/)
  const server = await openServer(t, { DATA_DIR: folder })
  t.equal(server.services.reindex.isBehind, true, 'though all else was made in UTC')
  await server.services.reindex.run()
  t.equal(await total(server, IN_UTC), 2)
})

t.test('the command line indexes and loads in its zone', async (t) => {
  const folder = await stored(t)
  t.match(await run(folder, NEW_YORK, 'reindex'), '1 resources indexed')
  const file = join(folder, 'more.ndjson')
  writeFileSync(file, JSON.stringify(patient('loaded')))
  t.match(await run(folder, NEW_YORK, 'load', file), / total +1/)
  t.match(
    await run(folder, 'Mars', 'reindex'),
    'CHARTROOM_ZONE=Mars is no time zone: it takes an IANA name (America/New_York) or an offset (+02:00)',
  )
  const server = await openServer(t, { DATA_DIR: folder, CHARTROOM_ZONE: NEW_YORK })
  t.equal(server.services.reindex.isBehind, false)
  t.equal(await total(server, IN_NEW_YORK), 2)
  t.equal(await total(server, IN_UTC), 0)
})

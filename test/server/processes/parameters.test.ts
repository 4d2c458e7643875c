import { readdirSync } from 'node:fs'
import t from 'tap'
import { patient, put, transaction } from '../../support/bundles.ts'
import { storeFolder } from '../../support/folder.ts'
import { mongoUrl, mongoUrlToKillOn, sessionsEnded, withoutMongo } from '../../support/mongo.ts'
import { type Processes, startProcesses, until } from '../../support/processes.ts'
import { searchParameter } from '../../support/search-parameters.ts'
import type { Json } from '../../support/server.ts'
import { spawnServer } from '../../support/spawn.ts'

// Of several processes on one database, which is always MongoDB.
const skip = await withoutMongo()

// A process that was killed keeps its turn for a while, and the database what its transaction had in hand for a minute.
t.setTimeout(230_000)

const STRICT = { prefer: 'handling=strict' }
const nick = (more: Json = {}) =>
  searchParameter('nick', "Patient.name.where(use = 'nickname').given", { id: 'nick', ...more })
const named = (id: string) => patient({ id, name: [{ use: 'nickname', given: ['Ada'] }] })

/** What each of the servers answers to a search. */
const each = (processes: Processes, search: string) =>
  Promise.all(processes.servers.map(({ fhir }) => processes.ask('GET', search, undefined, STRICT, fhir)))

const stateOf = ({ json }: Json): Json =>
  Object.fromEntries(json.parameter.map(({ name, ...value }: Json) => [name, Object.values(value)[0]]))

t.test('a search parameter that is stored, changed or deleted on one process is so on all', { skip }, async (t) => {
  const processes = await startProcesses(t, 3)
  const [first = '', second = '', third = ''] = processes.servers.map(({ fhir }) => fhir)
  await processes.ask('PUT', 'Patient/old', named('old'))
  t.strictSame(
    (await each(processes, 'Patient?nick=ada')).map(({ status }) => status),
    [400, 400, 400],
  )
  const began = Date.now()
  t.equal((await processes.ask('PUT', 'SearchParameter/nick', nick(), {}, first)).status, 201)
  // While the others do not know it they write on, and nothing of that is missed.
  const writes = Array.from({ length: 40 }, (_, at) =>
    processes.ask('PUT', `Patient/p${at}`, named(`p${at}`), {}, at % 2 ? second : third),
  )
  t.ok((await Promise.all(writes)).every(({ status }) => status === 201))
  await until('all search by it', 30_000, async () =>
    (await each(processes, 'Patient?nick=ada&_summary=count')).every(({ json }) => json.total === 41),
  )
  t.comment(`${Date.now() - began} ms until all know it and have all of it`)
  const created = await processes.ask('POST', 'Patient', named('x'), { 'if-none-exist': 'nick=ada' }, second)
  t.equal(created.status, 412, 'what is conditional rests on it everywhere')

  await processes.ask('PUT', 'SearchParameter/nick', nick({ expression: 'Patient.name.family' }), {}, second)
  await until('all search by what it is now', 30_000, async () =>
    (await each(processes, 'Patient?nick=ada&_summary=count')).every(({ json }) => json.total === 0),
  )
  await processes.ask('DELETE', 'SearchParameter/nick', undefined, {}, third)
  await until('none knows it', 15_000, async () =>
    (await each(processes, 'Patient?nick=ada')).every(({ status }) => status === 400),
  )
})

t.test('one process indexes anew, and another goes on when it is killed', { skip }, async (t) => {
  const url = await mongoUrlToKillOn(t)
  const processes = await startProcesses(t, 3, url)
  const count = 1000
  for (let at = 0; at < count; at += 100) {
    const entries = Array.from({ length: 100 }, (_, index) => put(patient({ id: `p${at + index}` })))
    t.equal((await processes.ask('POST', '', transaction(...entries))).status, 200)
  }
  const [first, ...others] = processes.servers
  const started = stateOf(await processes.ask('POST', '$reindex', undefined, {}, first!.fhir)).started
  await until('it is on its way', 40_000, async () => {
    return stateOf(await processes.ask('GET', '$reindex', undefined, {}, first!.fhir)).done >= 200
  })
  await until('the others see it', 20_000, async () => {
    const states = others.map(async ({ fhir }) => stateOf(await processes.ask('GET', '$reindex', undefined, {}, fhir)))
    return (await Promise.all(states)).every((state) => state.running && state.started === started)
  })
  t.equal(await first!.end('SIGKILL'), 'SIGKILL')
  await sessionsEnded(url)
  await until('it is done', 120_000, async () => {
    const states = others.map(async ({ fhir }) => stateOf(await processes.ask('GET', '$reindex', undefined, {}, fhir)))
    return (await Promise.all(states)).every((state) => !state.running && state.finished !== undefined)
  })
  const state = stateOf(await processes.ask('GET', '$reindex'))
  t.match(state, { started, done: count }, 'the same run, each resource once')
})

t.test('a process that starts finds what the others have, and keeps nothing in its folder', { skip }, async (t) => {
  const url = await mongoUrl(t)
  const processes = await startProcesses(t, 1, url)
  await processes.ask('PUT', 'SearchParameter/nick', nick())
  await processes.ask('PUT', 'Patient/a', named('a'))
  const folder = storeFolder(t)
  const other = await spawnServer(folder, { MONGODB_URL: url })
  t.equal((await processes.ask('GET', 'Patient?nick=ada', undefined, STRICT, other.fhir)).json.entry.length, 1)
  t.equal(await other.end('SIGTERM'), 0)
  t.strictSame(readdirSync(folder), [])
  t.notMatch(other.output(), /"level":(50|60)/)
})

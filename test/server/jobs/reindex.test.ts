import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import type { WriteChange } from '../../../resources/store/port.ts'
import { VERSIONS } from '../../../resources/store/sqlite/schema.ts'
import { storeFolder } from '../../support/folder.ts'
import { sqliteAlone } from '../../support/place.ts'
import { type Json, openServer, type TestServer } from '../../support/server.ts'
import { spawnServer } from '../../support/spawn.ts'

/** The parts of a Parameters resource by name. */
const stateOf = ({ parameter }: Json): Json =>
  Object.fromEntries(parameter.map(({ name, ...value }: Json) => [name, Object.values(value)[0]]))

const look = async (fhir: string) => stateOf(await (await fetch(`${fhir}/$reindex`)).json())

async function until(fhir: string, isSo: (state: Json) => boolean): Promise<Json> {
  for (;;) {
    const state = await look(fhir)
    if (isSo(state)) return state
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Writes so many Patients into a store, without their index entries. */
async function fill({ services }: TestServer, count: number): Promise<void> {
  for (let at = 0; at < count; at += 500) {
    const changes = Array.from({ length: Math.min(500, count - at) }, (_, index) => {
      const id = `p${at + index}`
      const text = Buffer.from(
        `{"resourceType":"Patient","id":"${id}","meta":{},"name":[{"family":"Old${at + index}"}]}`,
      )
      const metaAt = text.indexOf('"meta":{') + '"meta":{'.length
      return {
        kind: 'write' as const,
        method: 'PUT' as const,
        type: 'Patient',
        id,
        text,
        metaAt,
        entries: [],
      } satisfies WriteChange
    })
    await services.store.commit({ changes, guards: [] })
  }
}

const total = async (fhir: string, search: string) =>
  ((await (await fetch(`${fhir}/${search}&_summary=count`)).json()) as Json).total

t.test('$reindex: POST starts it, GET tells how far it is', async (t) => {
  const server = await openServer(t)
  await fill(server, 450)
  const fresh = stateOf((await server.get('$reindex')).json)
  t.match(fresh, { running: false, done: 0, finished: String }, 'a new store has all of it indexed')
  t.equal((await server.get('Patient?family=old44&_summary=count')).json.total, 0)
  const started = await server.post('$reindex', undefined)
  t.equal(started.status, 200)
  t.match(stateOf(started.json), { running: true, started: String })
  t.notOk(stateOf(started.json).finished)
  await server.services.reindex.run()
  const ended = stateOf((await server.get('$reindex')).json)
  t.match(ended, { running: false, done: 450, finished: String })
  t.equal((await server.get('Patient?family=old44&_summary=count')).json.total, 11)
  t.equal((await server.get('_history?_count=0')).json.total, 450, 'no versions are made')
  const anew = await server.post('$reindex', { resourceType: 'Parameters' })
  t.match(stateOf(anew.json), { running: true })
  await server.services.reindex.run()
  t.equal(stateOf((await server.get('$reindex')).json).done, 450)
  t.equal((await server.delete('$reindex')).status, 405)
  t.equal((await server.get('$nothing')).status, 404)
  t.equal((await server.get('Patient/p1/$reindex')).status, 404)
  t.match((await server.get('metadata')).json.rest[0].operation, [{ name: 'reindex', definition: /reindex$/ }])
  const batched = await server.post('', {
    resourceType: 'Bundle',
    type: 'batch',
    entry: [{ request: { method: 'GET', url: '$reindex' } }],
  })
  t.equal(batched.json.entry[0].resource.resourceType, 'Parameters')
})

t.test('a change of the parameters while it runs makes it begin anew', async (t) => {
  const server = await openServer(t)
  await fill(server, 900)
  await server.post('$reindex', undefined)
  while (server.services.reindex.state().done === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  const created = await server.post('SearchParameter', {
    resourceType: 'SearchParameter',
    url: 'http://x/family-twice',
    name: 'Test',
    status: 'active',
    description: 'x',
    code: 'family-twice',
    base: ['Patient'],
    type: 'string',
    expression: 'Patient.name.family',
  })
  t.equal(created.status, 201)
  await server.services.reindex.run()
  t.equal((await server.get('Patient?family-twice=old&_summary=count')).json.total, 900)
  t.equal(server.services.reindex.isBehind, false)
})

t.test('what is written while it runs keeps its own entries', async (t) => {
  const server = await openServer(t)
  await fill(server, 600)
  await server.post('$reindex', undefined)
  const writes = Array.from({ length: 200 }, (_, at) =>
    server.put(`Patient/p${at * 3}`, { resourceType: 'Patient', id: `p${at * 3}`, name: [{ family: 'New' }] }),
  )
  const gone = [1, 2, 4, 5].map((at) => server.delete(`Patient/p${at}`))
  await Promise.all([...writes, ...gone])
  await server.services.reindex.run()
  t.equal((await server.get('Patient?family=new&_summary=count')).json.total, 200)
  t.equal((await server.get('Patient?family=old&_summary=count')).json.total, 396)
})

t.test('killed in its course, it goes on where it stopped', { skip: sqliteAlone }, async (t: Test) => {
  const folder = storeFolder(t)
  const count = 6000
  const filled = await openServer(t, { DATA_DIR: folder })
  await fill(filled, count)
  await filled.services.close()
  const first = await spawnServer(folder)
  await fetch(`${first.fhir}/$reindex`, { method: 'POST' })
  const before = await until(first.fhir, ({ done }) => done >= 400)
  t.equal(before.running, true)
  t.equal((await fetch(`${first.fhir}/Patient/p5`)).status, 200, 'others are answered meanwhile')
  await first.end('SIGKILL')
  const second = await spawnServer(folder)
  t.teardown(() => second.stop())
  const after = await until(second.fhir, ({ finished }) => finished !== undefined)
  t.equal(after.started, before.started, 'it is the same run')
  t.equal(after.done, count, 'nothing is done twice')
  t.equal(await total(second.fhir, 'Patient?family=old'), count)
  await second.end('SIGTERM')
  const third = await spawnServer(folder)
  t.teardown(() => third.stop())
  t.match(await look(third.fhir), { running: false, started: before.started, finished: after.finished })
})

/** A store as the first schema had it, with a Patient, an Observation, a SearchParameter, and few of their entries. */
function oldStore(folder: string): void {
  const database = new DatabaseSync(`${folder}/chartroom.sqlite`)
  database.exec(`PRAGMA journal_mode = WAL; ${VERSIONS[0]}; PRAGMA user_version = 1`)
  const meta = '"meta":{"versionId":"1","lastUpdated":"2026-01-01T00:00:00.000Z"}'
  const texts: [type: string, text: string][] = [
    ['Patient', `{"resourceType":"Patient","id":"old",${meta},"birthDate":"1960-02-03","name":[{"family":"Fär"}]}`],
    [
      'Observation',
      `{"resourceType":"Observation","id":"old",${meta},"status":"final","code":{"coding":[{"system":"http://l","code":"1"}]},"subject":{"reference":"Patient/old"},"contained":[{"resourceType":"Patient","id":"c","name":[{"family":"Inner"}]}],"valueQuantity":{"value":5.4,"system":"http://unitsofmeasure.org","code":"g"}}`,
    ],
    [
      'SearchParameter',
      `{"resourceType":"SearchParameter","id":"old",${meta},"url":"http://x/y","name":"Y","status":"active","description":"x","code":"birth-year","base":["Patient"],"type":"date","expression":"Patient.birthDate"}`,
    ],
  ]
  const updated = Date.UTC(2026, 0, 1)
  for (const [at, [type, text]] of texts.entries()) {
    const number = at + 1
    database.prepare('INSERT INTO type (id, name) VALUES (?, ?)').run(number, type)
    database
      .prepare('INSERT INTO resource (rid, type, id, seq, version, updated, live) VALUES (?, ?, ?, ?, 1, ?, 1)')
      .run(number, number, 'old', number, updated)
    database
      .prepare('INSERT INTO version (seq, rid, type, version, updated, method, text) VALUES (?, ?, ?, 1, ?, 18, ?)')
      .run(number, number, number, updated, Buffer.from(text))
  }
  database.exec(`INSERT INTO param (id, type, code) VALUES (1, 1, 'family'), (2, 2, 'subject');
    INSERT INTO string_entry (rid, param, value, exact) VALUES (1, 1, 'fär', 'Fär');
    INSERT INTO entry (rid, param, value) VALUES (2, 2, 1)`)
  database.close()
}

t.test('a store of the first schema is migrated, served and indexed anew', { skip: sqliteAlone }, async (t) => {
  const folder = storeFolder(t)
  oldStore(folder)
  const server = await spawnServer(folder)
  t.teardown(() => server.stop())
  t.equal((await fetch(`${server.fhir}/Patient/old`)).status, 200)
  await until(server.fhir, ({ finished }) => finished !== undefined)
  for (const search of [
    'Patient?birthdate=1960',
    'Patient?birth-year=1960-02-03',
    'Patient?family=far',
    'Observation?code-value-quantity=http://l|1$5.4',
    'Observation?value-quantity=5400|http://unitsofmeasure.org|mg',
    'Observation?subject.birth-year=lt1970',
    'SearchParameter?url=http://x/y',
    'Patient?family=inner&_contained=true',
    'Patient?birth-year:missing=true&_contained=true&_containedType=contained',
  ]) {
    t.equal(await total(server.fhir, search), 1, search)
  }
  t.equal((await look(server.fhir)).done, 3)
})

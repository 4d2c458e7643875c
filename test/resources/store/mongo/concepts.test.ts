import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import type { Db } from 'mongodb'
import t, { type Test } from 'tap'
import { MongoConcepts } from '../../../../resources/store/mongo/concepts.ts'
import { MongoStore } from '../../../../resources/store/mongo/store.ts'
import type { Edition } from '../../../../resources/terminology/concept-source.ts'
import { mongoUrl, withoutMongo } from '../../../support/mongo.ts'

const DAY = '2026-10-01'
const EDITION: Edition = { system: 'urn:codes', version: '1', name: 'Codes', content: 'complete', caseSensitive: true }

interface Generation {
  _id: string
  owner: string
  at: Date
}

async function database(t: Test): Promise<Db> {
  const store = await MongoStore.open(await mongoUrl(t))
  t.teardown(() => store.close())
  return store.database
}

async function indexes(database: Db): Promise<string[]> {
  const all = await database.listCollections({}, { nameOnly: true }).toArray()
  return all.map(({ name }) => name).filter((name) => /^concepts_/.test(name))
}

async function until(test: () => Promise<boolean>): Promise<boolean> {
  for (let at = 0; at < 1_200; at++) {
    if (await test()) return true
    await setTimeout(25)
  }
  return false
}

t.setTimeout(120_000)
const skip = await withoutMongo()

t.test('drafts of processes that are gone are dropped when the next one opens', { skip }, async (t) => {
  const db = await database(t)
  const [first, second] = [await MongoConcepts.open(db), await MongoConcepts.open(db)]
  for (const store of [first, second]) await (await store.draft(EDITION)).add([{ code: 'a', display: 'A' }])
  const generations = db.collection<Generation>('concept_generations')
  const [one] = await generations.find({}).toArray()
  const gone = spawnSync(process.execPath, ['-e', '']).pid
  await generations.updateOne({ _id: one!._id }, { $set: { owner: `${hostname()} ${gone} ${randomUUID()}` } })
  await MongoConcepts.open(db)
  t.ok(await until(async () => (await generations.countDocuments()) === 1), 'that of this process stays')
  t.notOk((await indexes(db)).includes(`concepts_${one!._id}`))
})

t.test('what was replaced is dropped, and who still asks it is told so', { skip }, async (t) => {
  const db = await database(t)
  const store = await MongoConcepts.open(db, { retiredKept: -1 })
  const load = async (display: string) => {
    const draft = await store.draft(EDITION)
    await draft.add([{ code: 'a', display }])
    await draft.publish()
    return (await store.open('urn:codes'))!
  }
  const old = await load('old')
  const now = await load('new')
  t.ok(await until(async () => (await indexes(db)).length === 1))
  t.match(await now.find('a', DAY), { display: 'new' })
  await t.rejects(old.find('a', DAY), { name: 'FhirError', kind: 'unavailable' })
  await t.rejects(old.find('none', DAY), { name: 'FhirError', kind: 'unavailable' }, 'not taken for empty')
})

t.test('another process sees what one loaded within seconds', { skip }, async (t) => {
  const db = await database(t)
  const [one, other] = [await MongoConcepts.open(db), await MongoConcepts.open(db)]
  const stamp = await other.stamp()
  const draft = await one.draft(EDITION)
  await draft.add([{ code: 'a', display: 'A' }])
  await draft.publish()
  t.ok(await until(async () => (await other.stamp()) !== stamp))
  t.match(await (await other.open('urn:codes'))!.find('a', DAY), { display: 'A' })
})

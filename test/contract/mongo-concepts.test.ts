import t, { type Test } from 'tap'
import { MongoConcepts } from '../../resources/store/mongo/concepts.ts'
import { MongoStore } from '../../resources/store/mongo/store.ts'
import { isCompatible, mongoUrl, withoutMongo } from '../support/mongo.ts'
import { conceptsContract } from './concepts.ts'

t.setTimeout(180_000)

const open = async (t: Test) => {
  const { client, database } = await MongoStore.open(await mongoUrl(t))
  const store = await MongoConcepts.open(database)
  t.teardown(async () => {
    await store.close()
    await client.close()
  })
  return store
}

t.test('code systems on MongoDB', { skip: await withoutMongo() }, async (t) => {
  const tooLarge = 'of more concepts than the compatible server takes in time'
  conceptsContract(t, open, { runs: 5, withoutLarge: (await isCompatible()) && tooLarge })
})

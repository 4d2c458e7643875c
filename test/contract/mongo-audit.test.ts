import t from 'tap'
import { MongoStore } from '../../resources/store/mongo/store.ts'
import { mongoUrl, withoutMongo } from '../support/mongo.ts'
import { auditContract } from './audit.ts'

t.setTimeout(180_000)

t.test('the audit log on MongoDB', { skip: await withoutMongo() }, async (t) => {
  auditContract(t, async (t) => {
    const url = await mongoUrl(t)
    return () => MongoStore.open(url)
  })
})

import { MongoClient } from 'mongodb'
import t from 'tap'
import { databaseName } from '../../resources/store/mongo/connect.ts'
import { MongoPackages } from '../../resources/store/mongo/packages.ts'
import { mongoUrl, withoutMongo } from '../support/mongo.ts'
import { packagesContract } from './packages.ts'

const skip = await withoutMongo()

t.test('packages in MongoDB', { skip }, async (t) => {
  packagesContract(t, async (t) => {
    const url = await mongoUrl(t)
    return {
      async open() {
        const client = new MongoClient(url, { promoteBuffers: true, ignoreUndefined: true })
        t.teardown(() => client.close())
        return MongoPackages.open(client.db(databaseName(url)))
      },
    }
  })
})

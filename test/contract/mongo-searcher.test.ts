import t from 'tap'
import { withoutMongo } from '../support/mongo.ts'
import { openMongo } from '../support/stores.ts'
import { searcherContract } from './searcher.ts'

const skip = await withoutMongo()

t.test('the searcher on MongoDB', { skip }, async (t) => searcherContract(t, openMongo))

import t from 'tap'
import { withoutMongo } from '../support/mongo.ts'
import { openMongo } from '../support/stores.ts'
import { stateContract } from './state.ts'

t.setTimeout(120_000)

t.test('state on MongoDB', { skip: await withoutMongo() }, async (t) => stateContract(t, openMongo))

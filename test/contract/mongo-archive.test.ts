import t from 'tap'
import { withoutMongo } from '../support/mongo.ts'
import { openMongo } from '../support/stores.ts'
import { archiveContract } from './archive.ts'

t.test('the archive on MongoDB', { skip: await withoutMongo() }, async (t) => archiveContract(t, openMongo))

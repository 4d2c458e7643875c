import t from 'tap'
import { withoutMongo } from '../support/mongo.ts'
import { openMongo } from '../support/stores.ts'
import { auditContract } from './audit.ts'

t.setTimeout(120_000)

t.test('the audit log on MongoDB', { skip: await withoutMongo() }, async (t) => auditContract(t, openMongo))

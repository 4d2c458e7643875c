import { createHash } from 'node:crypto'
import type { ClientSession } from 'mongodb'
import t, { type Test } from 'tap'
import { tokenKey } from '../../resources/store/mongo/keys.ts'
import type { MongoSelection } from '../../resources/store/mongo/selection.ts'
import { MongoStore } from '../../resources/store/mongo/store.ts'
import type { Search } from '../../search/searcher.ts'
import { mongoUrl, withoutMongo } from '../support/mongo.ts'
import { storeContract } from './store.ts'

const skip = await withoutMongo()

async function open(t: Test) {
  const store = await MongoStore.open(await mongoUrl(t))
  t.teardown(() => store.close())
  const ids = async ({ type, where }: Search, most: number, session?: ClientSession) => {
    if (where.kind !== 'token') throw new Error(`these tests look for tokens, not for ${where.kind}`)
    const keys = where.tests.map(({ system = '', code = '' }) => tokenKey(where.param, code, system))
    const found = store.collection(type).find({ k: { $in: keys }, live: true }, { ...(session ? { session } : {}) })
    return (await found.limit(most).toArray()).map(({ _id }) => _id)
  }
  const selection = (search: Search): MongoSelection => ({
    selection: 'mongo',
    lock: createHash('sha256').update(JSON.stringify(search)).digest('base64url'),
    ids: (session, most) => ids(search, most, session),
  })
  return { store, searcher: { selection, ids: (search: Search, most: number) => ids(search, most) } }
}

t.test('the store on MongoDB', { skip }, async (t) => storeContract(t, open))

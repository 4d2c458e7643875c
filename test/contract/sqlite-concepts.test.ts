import t from 'tap'
import { SqliteConcepts } from '../../resources/store/sqlite/concepts.ts'
import { storeFolder } from '../support/folder.ts'
import { conceptsContract } from './concepts.ts'

conceptsContract(t, async (t) => {
  const store = await SqliteConcepts.open(storeFolder(t))
  t.teardown(() => store.close())
  return store
})

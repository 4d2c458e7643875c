import type { Test } from 'tap'
import type { MongoSelection } from '../../resources/store/mongo/selection.ts'
import { MongoStore } from '../../resources/store/mongo/store.ts'
import type { Selection, Store } from '../../resources/store/port.ts'
import type { SqliteSelection } from '../../resources/store/sqlite/selection.ts'
import { SqliteStore } from '../../resources/store/sqlite/store.ts'
import { MongoSearcher } from '../../search/mongo/searcher.ts'
import type { Searcher } from '../../search/searcher.ts'
import { SqliteSearcher } from '../../search/sqlite/searcher.ts'
import { storeFolder } from './folder.ts'
import { mongoUrl } from './mongo.ts'
import { ON_MONGO } from './place.ts'

/** ms that a search may take. */
const MOST = 10_000

/** The planner's limits that bring about each kind of plan on SQLite. */
const PLANS = {
  usual: { few: 100, many: 4_000 },
  driven: { few: 1_000, many: 0 },
  least: { few: 0, many: 1_000 },
  mixed: { few: 1, many: 3 },
  walked: { few: 0, many: 0 },
}

/** A new store, and what searches it. */
export interface TestStore<S extends Store = Store> {
  store: S
  searcher: Searcher
  /** One for each kind of plan that there is, by its name; `searcher` among them. */
  searchers: [plan: string, searcher: Searcher][]
  /** Ids that a selection gives, as a commit asks for them. */
  selected(selection: Selection): Promise<string[]>
}

/** Opens the embedded store in a folder of its own; it is closed when the test is over. */
export async function openSqlite(t: Test): Promise<TestStore<SqliteStore>> {
  const store = await SqliteStore.open(storeFolder(t))
  t.teardown(() => store.close())
  const searchers = Object.entries(PLANS).map(([name, limits]): [string, Searcher] => [
    name,
    new SqliteSearcher(store, MOST, limits),
  ])
  return {
    store,
    searcher: searchers[0]![1],
    searchers,
    async selected(selection) {
      const { sql, values } = selection as SqliteSelection
      const rows = store.database.prepare(sql).all(...values)
      return rows.map(({ id }) => String(id))
    },
  }
}

/** Opens a MongoStore on a database of its own. */
export async function openMongo(t: Test): Promise<TestStore<MongoStore>> {
  const store = await MongoStore.open(await mongoUrl(t))
  t.teardown(() => store.close())
  const searcher = new MongoSearcher(store, MOST)
  return {
    store,
    searcher,
    searchers: [['mongo', searcher]],
    async selected(selection) {
      const session = store.client.startSession()
      try {
        return await (selection as MongoSelection).ids(session, 1000)
      } finally {
        await session.endSession()
      }
    },
  }
}

/** Opens a new store of the kind that TEST_STORE names, SQLite where it names none. */
export function openStore(t: Test): Promise<TestStore> {
  return ON_MONGO ? openMongo(t) : openSqlite(t)
}

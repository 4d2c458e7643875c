import type { Store } from '../resources/store/port.ts'
import { SqliteStore } from '../resources/store/sqlite/store.ts'
import type { Searcher } from '../search/searcher.ts'
import { SqliteSearcher } from '../search/sqlite/searcher.ts'
import type { Config } from './config.ts'

/** A store, and the searcher that stands beside it. */
export interface OpenedStore {
  store: Store
  searcher: Searcher
}

/** Opens the store that the settings name. Rejects with words for the user, without secrets, when it cannot be opened. */
export async function openStore(config: Config, onDown?: (reason: string) => void): Promise<OpenedStore> {
  const store = await SqliteStore.open(config.dataDir, onDown)
  return { store, searcher: new SqliteSearcher(store, config.maxSearchTime) }
}

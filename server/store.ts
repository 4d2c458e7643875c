import type { Archive } from '../resources/store/archive.ts'
import type { Store } from '../resources/store/port.ts'
import { sealAll, sealedStore } from '../resources/store/sealed-state.ts'
import { SqliteStore } from '../resources/store/sqlite/store.ts'
import type { Searcher } from '../search/searcher.ts'
import { SqliteSearcher } from '../search/sqlite/searcher.ts'
import type { Config } from './config.ts'
import { withoutSecrets } from './mongo-url.ts'

/** A store with all that it keeps, and the searcher that stands beside it. */
export interface OpenedStore {
  store: Store & { readonly archive: Archive }
  searcher: Searcher
}

/**
 * Opens the store that the settings name. Rejects with words for the user, without secrets, when it cannot be opened.
 * `onDown` is told when it can never write again; a database that cannot be reached may come back.
 */
export async function openStore(config: Config, onDown?: (reason: string) => void): Promise<OpenedStore> {
  const { store, searcher } = await openGiven(config, onDown)
  const { stateSecret } = config
  const own = stateSecret === undefined ? store : sealedStore(store, stateSecret)
  try {
    await sealAll(store, own)
  } catch (error) {
    await store.close()
    throw error
  }
  return { store: own, searcher }
}

async function openGiven(config: Config, onDown?: (reason: string) => void): Promise<OpenedStore> {
  const { mongoUrl, maxSearchTime } = config
  if (mongoUrl !== undefined) return openMongo(mongoUrl, config)
  const store = await SqliteStore.open(config.dataDir, onDown)
  return { store, searcher: new SqliteSearcher(store, maxSearchTime) }
}

async function openMongo(url: string, { storeName, maxSearchTime }: Config): Promise<OpenedStore> {
  // Who has the embedded store does without the driver.
  const { MongoStore } = await import('../resources/store/mongo/store.ts')
  const { MongoSearcher } = await import('../search/mongo/searcher.ts')
  try {
    const store = await MongoStore.open(url)
    return { store, searcher: new MongoSearcher(store, maxSearchTime) }
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    throw new Error(`${storeName}: ${withoutSecrets(words, url)}`)
  }
}

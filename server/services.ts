import { SqliteStore } from '../resources/store/sqlite/store.ts'
import { SqliteSearcher } from '../search/sqlite/searcher.ts'
import type { Services } from './call.ts'
import type { Config } from './config.ts'
import { dispatch } from './dispatch.ts'

/** Opens the store that the settings name and puts the server's services together. Rejects when it cannot be opened. */
export async function openServices(config: Config): Promise<Services> {
  const store = await SqliteStore.open(config.dataDir)
  const services: Services = {
    config,
    store,
    searcher: new SqliteSearcher(store),
    baseUrl: `${config.publicUrl}/fhir`,
    linkKey: await store.secret('links'),
    dispatch: (call) => dispatch(call, services),
  }
  return services
}

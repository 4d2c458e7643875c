import { instantOf } from '../resources/dates.ts'
import { SqliteStore } from '../resources/store/sqlite/store.ts'
import { SqliteSearcher } from '../search/sqlite/searcher.ts'
import type { Services } from './call.ts'
import type { Config } from './config.ts'
import { capabilityStatement } from './conformance/capability-statement.ts'
import { dispatch } from './dispatch.ts'
import { Reindex } from './jobs/reindex.ts'
import { version } from './version.ts'

/**
 * Opens the store that the settings name and puts the server's services together. Rejects when it cannot be opened.
 * `onDown` is told when the store can never write again.
 */
export async function openServices(config: Config, onDown?: (reason: string) => void): Promise<Services> {
  const store = await SqliteStore.open(config.dataDir, onDown)
  const baseUrl = `${config.publicUrl}/fhir`
  let statement: Buffer | undefined
  const services: Services = {
    config,
    store,
    searcher: new SqliteSearcher(store, config.maxSearchTime),
    reindex: new Reindex(store, baseUrl),
    baseUrl,
    linkKey: await store.secret('links'),
    capabilities: () => {
      statement ??= statementText(config, baseUrl)
      return statement
    },
    dispatch: (call) => dispatch(call, services),
  }
  return services
}

/** The statement is made when first asked for; its date is that of the start. */
function statementText({ conditionalDelete }: Config, baseUrl: string): Buffer {
  return Buffer.from(JSON.stringify(capabilityStatement({ baseUrl, version, date: STARTED, conditionalDelete })))
}

const STARTED = instantOf(Date.now())

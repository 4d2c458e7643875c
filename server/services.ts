import { BreakGlassGrants } from '../auth/break-glass/grants.ts'
import { ConsentCutter } from '../auth/consent/cuts.ts'
import { HeldConsents } from '../auth/consent/held.ts'
import { LAYERS } from '../resources/validation/layers.ts'
import { Validator } from '../resources/validation/validator.ts'
import { ParameterRegistry } from '../search/parameters.ts'
import { RightsVersion } from './access/rights-version.ts'
import { openRecording } from './audit/open.ts'
import { moveStoredEvents } from './audit-events/moved.ts'
import { SearcherWithLog } from './audit-events/searcher.ts'
import type { Services } from './call.ts'
import type { Config } from './config.ts'
import { Definitions } from './conformance/definitions.ts'
import { statementsOf } from './conformance/statements.ts'
import { refuseUnfinished } from './copy/state.ts'
import { CustomParameters } from './custom-parameters.ts'
import { dispatch } from './dispatch.ts'
import { Reindex } from './jobs/reindex.ts'
import { ScreenJob } from './jobs/screen.ts'
import { type Knowledge, openKnowledge } from './knowledge.ts'
import { Neighbours } from './neighbours.ts'
import { type OpenedStore, openStore } from './store.ts'
import { StoredConsents } from './stored-consents.ts'
import { UnderWay } from './write/under-way.ts'

/**
 * Opens the store that the settings name and puts the server's services together. Rejects when it cannot be opened.
 * `onDown` is told when the store can never write again.
 */
export async function openServices(config: Config, onDown?: (reason: string) => void): Promise<Services> {
  const opened = await openStore(config, onDown)
  try {
    await refuseUnfinished(opened.store, config.storeName)
    const knowledge = await openKnowledge(config)
    return await servicesOn(opened, knowledge, config).catch(async (error: unknown) => {
      await knowledge.close()
      throw error
    })
  } catch (error) {
    await opened.store.close()
    throw error
  }
}

async function servicesOn(
  { store, searcher: stored }: OpenedStore,
  knowledge: Knowledge,
  config: Config,
): Promise<Services> {
  const baseUrl = `${config.publicUrl}/fhir`
  const parameters = new ParameterRegistry()
  const place = { baseUrl, parameters, zone: config.zone }
  const searcher = new SearcherWithLog(stored, store.audit, place, config.maxSearchTime)
  const moved = await moveStoredEvents(store, stored, place)
  const custom = new CustomParameters(parameters)
  await custom.load(searcher)
  const underWay = new UnderWay()
  const rights = new RightsVersion()
  const reindex = await Reindex.open({ store, baseUrl, parameters, zone: config.zone, underWay })
  const neighbours = await Neighbours.open({ store, searcher, custom, reindex })
  const held = new HeldConsents({ baseUrl, zone: config.zone })
  const consents = await StoredConsents.open(store, searcher, held)
  const definitions = Definitions.open({ store, searcher, baseUrl, knowledge, config })
  const { close, ...recording } = openRecording(store, config)
  const screens: ScreenJob = new ScreenJob(() => services)
  const services: Services = {
    config,
    store,
    searcher,
    parameters,
    definitions,
    validator: new Validator(LAYERS),
    reindex,
    screens,
    baseUrl,
    zone: config.zone,
    linkKey: await store.secret('links'),
    capabilities: statementsOf({ config, baseUrl, parameters, knowledge }),
    ...recording,
    underWay,
    consents: new ConsentCutter(held),
    grants: new BreakGlassGrants(store.state),
    rights,
    moved,
    knowledge,
    dispatch: (call) => dispatch(call, services),
    committed: toldBy({ consents, rights, custom, reindex, definitions }),
    close: () => closeAll([neighbours, consents, definitions, screens, reindex, { close }, knowledge, store]),
  }
  return services
}

/** Those who want to know what clients write. */
interface Listeners {
  consents: StoredConsents
  rights: RightsVersion
  custom: CustomParameters
  reindex: Reindex
  definitions: Definitions
}

function toldBy({ consents, rights, custom, reindex, definitions }: Listeners): Services['committed'] {
  return (changes, outcomes) => {
    consents.committed(changes, outcomes)
    rights.committed(changes)
    definitions.committed(changes)
    if (custom.committed(changes, outcomes)) reindex.parametersChanged()
  }
}

/** Ends one after the other. */
async function closeAll(all: readonly ({ close(): Promise<void> } | { stop(): Promise<void> })[]): Promise<void> {
  for (const one of all) await ('close' in one ? one.close() : one.stop())
}

import { accessOf } from '../../auth/access-of.ts'
import { StoredPolicies } from '../../auth/policy/stored.ts'
import type { Services } from '../call.ts'
import type { Rights } from './callers.ts'

/** The rights of callers as the store's policies and the settings have them. */
export function openRights(services: Services): Rights {
  const { store, searcher, config, baseUrl, parameters, zone, reindex, rights, consents, grants, knowledge } = services
  const sources = {
    context: { baseUrl, parameters, zone },
    searcher,
    knowledge,
    lacks: (parameter: Parameters<typeof reindex.lack>[0]) => reindex.lack(parameter) !== undefined,
    policies: new StoredPolicies(store.state),
    unknownRole: config.unknownRole,
    sharedTypes: new Set(config.sharedTypes),
    consents,
    grants,
  }
  return {
    of: (identity, purposes) => accessOf(identity, sources, purposes),
    version: () => rights.version + parameters.version + consents.version + grants.version,
  }
}

import { FhirError } from '../resources/fhir-error.ts'
import type { Restriction } from '../search/searcher.ts'

/** What can be asked of the server: R4's restful interactions, `bundle` being a batch or a transaction. */
export type Interaction =
  | 'read'
  | 'vread'
  | 'update'
  | 'patch'
  | 'delete'
  | 'history-instance'
  | 'history-type'
  | 'history-system'
  | 'create'
  | 'search-type'
  | 'search-system'
  | 'capabilities'
  | 'bundle'
  | 'operation'

/** What a caller may do and see. Plain data: it goes along with a search, and may cross to another thread. */
export interface Access {
  /** Who asks: what is kept for a caller (page links, keys of requests) is kept under this name. */
  caller: string
  restriction: Restriction
}

/** What everyone has while AUTH is off. */
export const OPEN: Access = systemAccess('AUTH=off')

/** Access to everything, for work that no caller asked for, or while AUTH is off. */
export function systemAccess(reason: string): Access {
  return { caller: `system: ${reason}`, restriction: { byType: {}, others: { kind: 'all' } } }
}

/**
 * Throws `forbidden` unless the caller may ask for the interaction at all; `type` is absent for those of the whole
 * system. What the caller may see of the answer is the restriction's matter.
 */
export function demand(access: Access, _interaction: Interaction, _type?: string): void {
  if (access.caller === '') throw FhirError.of('forbidden', 'Access is not granted.')
}

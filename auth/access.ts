import type { Restriction } from '../search/searcher.ts'

/** Names of the interactions as SMART and R4's restful-interaction code system have them, as far as access asks. */
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
  | 'capabilities'
  | 'batch'
  | 'transaction'

/** What a caller may do and see. Plain data: it goes along with a search, and may cross to another thread. */
export interface Access {
  /** Why there is no caller to ask: a setting, or work of the server's own. */
  system: string
  restriction: Restriction
}

/** Access to everything, for work that no caller asked for, or while AUTH is off. */
export function systemAccess(reason: string): Access {
  return { system: reason, restriction: { byType: {}, others: { kind: 'all' } } }
}

/** Whether the caller may ask for the interaction at all; `type` is absent for those of the whole system. */
export function allows(access: Access, _interaction: Interaction, _type?: string): boolean {
  return access.system !== ''
}

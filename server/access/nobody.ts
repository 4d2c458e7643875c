import type { Access } from '../../auth/access.ts'
import type { Restriction } from '../../search/searcher.ts'

const NOTHING: Restriction = { byType: {}, others: { kind: 'none' } }

/** What those have who show no token: what is open to all, and nothing else. */
export const NOBODY: Access = {
  caller: 'nobody',
  may: { c: NOTHING, r: NOTHING, u: NOTHING, d: NOTHING, s: NOTHING },
  hidden: {},
  writable: {},
  labels: [],
  operations: [],
}

/** Whether somebody was let in who showed no token. */
export function isNobody({ caller }: Pick<Access, 'caller'>): boolean {
  return caller === NOBODY.caller
}

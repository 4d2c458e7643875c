/**
 * Types that are kept apart from the store: the audit log's events. Nothing leads to them from resources of other types, be it
 * by `_has`, a chain or an include, so that who sees a record does not see who looked at it.
 */
export const APART: ReadonlySet<string> = new Set(['AuditEvent'])

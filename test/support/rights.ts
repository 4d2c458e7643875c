import { type Access, PERMISSIONS, type Permission } from '../../auth/access.ts'
import type { Expression } from '../../search/expression.ts'
import { parseCriteria } from '../../search/parse.ts'
import { parseQuery } from '../../search/query.ts'
import type { Restriction } from '../../search/searcher.ts'
import { BASE } from './server.ts'

/** By type, what may be seen or written: criteria, or `all`. What is not named is nothing. */
export type Rights = Record<string, string>

let callers = 0

/** The access of a caller of its own, made by hand: the same rights for all permissions, but for those of `own`. */
export function accessTo(
  rights: Rights,
  own: Partial<Record<Permission, Rights>> = {},
  more: Partial<Access> = {},
): Access {
  const may = PERMISSIONS.map((permission) => [permission, restrictionTo(own[permission] ?? rights)] as const)
  return {
    caller: `test ${++callers}`,
    may: Object.fromEntries(may) as Access['may'],
    hidden: {},
    writable: {},
    labels: [],
    operations: [],
    ...more,
  }
}

function restrictionTo(rights: Rights): Restriction {
  const byType = Object.entries(rights).map(([type, query]): [string, Expression] => {
    if (query === 'all') return [type, { kind: 'all' }]
    return [type, parseCriteria(type, parseQuery(query), { baseUrl: BASE }).expression]
  })
  return { byType: Object.fromEntries(byType), others: { kind: 'none' } }
}

/** What belongs to one patient, as a token for that patient has it. */
export const recordOf = (id: string): Rights => ({
  Patient: `_id=${id}`,
  Observation: `patient=Patient/${id}`,
  Condition: `patient=Patient/${id}`,
  Encounter: `patient=Patient/${id}`,
  DocumentReference: `patient=Patient/${id}`,
  Practitioner: 'all',
})

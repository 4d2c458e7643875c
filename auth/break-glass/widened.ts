import { compartmentTables } from '../../resources/definitions/definitions.ts'
import { allOf, type Expression } from '../../search/expression.ts'
import { type Restriction, restrictionOf } from '../../search/searcher.ts'
import { recordOf } from '../consent/record.ts'
import type { Permitted } from '../grant.ts'
import { anyOf, NONE } from '../restrictions.ts'
import type { Grant } from './grants.ts'

/**
 * What is left of the scopes (`scoped`) after policy, labels and consent, and the records of the patients that the glass was
 * broken for, as far as the scopes go: to read and search, not to write.
 */
export function widened(may: Permitted, scoped: Permitted, grants: readonly Grant[]): Permitted {
  if (grants.length === 0) return may
  return { ...may, r: wider(may.r, scoped.r, grants), s: wider(may.s, scoped.s, grants) }
}

function wider(narrow: Restriction, scoped: Restriction, grants: readonly Grant[]): Restriction {
  const byType: Record<string, Expression> = { ...narrow.byType }
  for (const type of IN_RECORD) {
    const left = restrictionOf(narrow, type)
    const record = anyOf(grants.map(({ patient }) => recordOf(patient, type)))
    const added = allOf([record, restrictionOf(scoped, type)])
    byType[type] = added.kind === 'none' || left.kind === 'all' ? left : joined(added, left)
  }
  return { byType, others: narrow.others }
}

/** Parts are not compared with each other: what Consents left may be long. */
function joined(added: Expression, left: Expression): Expression {
  return left.kind === NONE.kind ? added : { kind: 'or', parts: [added, left] }
}

/** The log of who did what is no part of the record; a Group would show its other members. */
const IN_RECORD = ['Patient', ...Object.keys(compartmentTables.get('Patient')!)].filter(
  (type) => type !== 'AuditEvent' && type !== 'Group',
)

import { allOf, type Expression } from '../search/expression.ts'
import { type Restriction, restrictionOf } from '../search/searcher.ts'
import { PERMISSIONS, type Permission } from './access.ts'
import { anyOf, both, NONE } from './restrictions.ts'

/** A Restriction for each permission. */
export type Permitted = Readonly<Record<Permission, Restriction>>

/** What one of the things that rights are made of gives: the scopes of a token, a policy, security labels, consents. */
export interface Grant {
  may: Permitted
  /** What a Binary has to meet that may be read because of what it belongs to (`Access.linkedBinaries`). */
  linked: Expression
}

/** What each of two Grants gives. */
export function inBoth(one: Grant, other: Grant): Grant {
  const may = Object.fromEntries(PERMISSIONS.map((name) => [name, both(one.may[name], other.may[name])]))
  return binariesJudged(may as Record<Permission, Restriction>, allOf([reached(one), reached(other)]))
}

/**
 * A Grant in which Binaries are judged by what they belong to where they have to be: where DocumentReferences are narrowed, all
 * Binaries would show what those are narrowed to keep from view. `linked` are those that are judged so in any case.
 */
export function binariesJudged(may: Permitted, linked: Expression = NONE): Grant {
  const binaries = restrictionOf(may.r, 'Binary')
  const documents = restrictionOf(may.r, 'DocumentReference')
  const isNarrowed = documents.kind !== 'all' && documents.kind !== 'none'
  if (binaries.kind === 'all' && !isNarrowed) return { may, linked: NONE }
  if (!isNarrowed) return { may, linked }
  if (binaries.kind === 'none') return { may: { ...may, s: withoutBinaries(may.s) }, linked }
  return { may: { ...may, r: withoutBinaries(may.r), s: withoutBinaries(may.s) }, linked: anyOf([linked, binaries]) }
}

function withoutBinaries(restriction: Restriction): Restriction {
  return { ...restriction, byType: { ...restriction.byType, Binary: NONE } }
}

/** The Binaries that a Grant lets be read where they belong to what may be read. */
function reached({ may, linked }: Grant): Expression {
  return anyOf([linked, restrictionOf(may.r, 'Binary')])
}

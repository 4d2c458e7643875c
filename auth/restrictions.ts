import { allOf, type Expression } from '../search/expression.ts'
import type { Restriction } from '../search/searcher.ts'

export const ALL: Expression = { kind: 'all' }
export const NONE: Expression = { kind: 'none' }

/** A Restriction that gives nothing. */
export const NOTHING: Restriction = { byType: {}, others: NONE }

/** `or` of the parts, without nesting, each once; of no parts it is nothing. */
export function anyOf(parts: readonly Expression[]): Expression {
  if (parts.length === 1) return parts[0]!
  const flat = parts.flatMap((part) => (part.kind === 'or' ? part.parts : [part])).filter(({ kind }) => kind !== 'none')
  if (flat.some(({ kind }) => kind === 'all')) return ALL
  const distinct = flat.length > 1 ? [...new Map(flat.map((part) => [JSON.stringify(part), part])).values()] : flat
  if (distinct.length === 0) return NONE
  return distinct.length === 1 ? distinct[0]! : { kind: 'or', parts: distinct }
}

/** What each of two Restrictions gives. */
export function both(one: Restriction, other: Restriction): Restriction {
  if (isWhole(one)) return other
  if (isWhole(other)) return one
  const byType: Record<string, Expression> = {}
  for (const type of Object.keys(one.byType)) {
    byType[type] = inCommon(one.byType[type]!, other.byType[type] ?? other.others)
  }
  for (const type of Object.keys(other.byType)) byType[type] ??= inCommon(one.others, other.byType[type]!)
  return { byType, others: inCommon(one.others, other.others) }
}

function isWhole({ byType, others }: Restriction): boolean {
  if (others.kind !== 'all') return false
  for (const type in byType) if (byType[type]!.kind !== 'all') return false
  return true
}

/** `and` of two Expressions: most often one of them is all or nothing, or they are the same. */
export function inCommon(one: Expression, other: Expression): Expression {
  if (one === other || one.kind === 'all' || other.kind === 'none') return other
  return other.kind === 'all' || one.kind === 'none' ? one : allOf([one, other])
}

/** Whether a Restriction gives something of some type. */
export function givesAnything({ byType, others }: Restriction): boolean {
  return others.kind !== 'none' || Object.values(byType).some(({ kind }) => kind !== 'none')
}

import { allOf, type Expression } from '../search/expression.ts'
import { type Restriction, restrictionOf } from '../search/searcher.ts'

export const ALL: Expression = { kind: 'all' }
export const NONE: Expression = { kind: 'none' }

/** A Restriction that gives nothing. */
export const NOTHING: Restriction = { byType: {}, others: NONE }

/** `or` of the parts, without nesting, each once; of no parts it is nothing. */
export function anyOf(parts: readonly Expression[]): Expression {
  const flat = parts.flatMap((part) => (part.kind === 'or' ? part.parts : [part])).filter(({ kind }) => kind !== 'none')
  if (flat.some(({ kind }) => kind === 'all')) return ALL
  const distinct = flat.length > 1 ? [...new Map(flat.map((part) => [JSON.stringify(part), part])).values()] : flat
  if (distinct.length === 0) return NONE
  return distinct.length === 1 ? distinct[0]! : { kind: 'or', parts: distinct }
}

/** What each of the Restrictions gives. */
export function both(one: Restriction, other: Restriction): Restriction {
  return merged([one, other], allOf)
}

/** What any of the Restrictions gives. */
export function either(restrictions: readonly Restriction[]): Restriction {
  return merged(restrictions, anyOf)
}

/** Whether a Restriction gives something of some type. */
export function givesAnything({ byType, others }: Restriction): boolean {
  return others.kind !== 'none' || Object.values(byType).some(({ kind }) => kind !== 'none')
}

function merged(restrictions: readonly Restriction[], join: (parts: Expression[]) => Expression): Restriction {
  const types = new Set(restrictions.flatMap(({ byType }) => Object.keys(byType)))
  const byType: Record<string, Expression> = {}
  for (const type of types) byType[type] = join(restrictions.map((one) => restrictionOf(one, type)))
  return { byType, others: join(restrictions.map(({ others }) => others)) }
}

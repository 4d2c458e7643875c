import { isDeepStrictEqual } from 'node:util'
import { allOf, type Expression, type ReferenceTarget } from './expression.ts'

type Reference = Extract<Expression, { kind: 'reference' }>

/**
 * What is left of a narrowing where `where` is asked as well: whoever may see one patient's record and asks for that patient
 * asks twice for the same. What looks at other resources is left as it is, for not all of those are seen by the search.
 */
export function beyond(narrowing: Expression, where: Expression): Expression {
  const known = where.kind === 'and' ? where.parts : [where]
  const isKnown = (part: Expression) => known.some((one) => implies(one, part))
  const left = (narrowing.kind === 'and' ? narrowing.parts : [narrowing]).filter((part) =>
    part.kind === 'or' ? !part.parts.some(isKnown) : !isKnown(part),
  )
  return allOf(left)
}

/** Whether what meets one Expression meets the other as well, as far as it is easily told. */
function implies(one: Expression, other: Expression): boolean {
  if (one.kind === 'id' && other.kind === 'id') return one.ids.every((id) => other.ids.includes(id))
  if (one.kind === 'reference' && other.kind === 'reference') return leadsWithin(one, other)
  const isOwn = one.kind === 'token' || one.kind === 'string' || one.kind === 'range' || one.kind === 'lastUpdated'
  return isOwn && isDeepStrictEqual(one, other)
}

function leadsWithin(one: Reference, other: Reference): boolean {
  const leads = ({ type, id }: ReferenceTarget) =>
    other.targets.some((target) => target.type === type && target.id === id) ||
    (other.bare.types.includes(type) && other.bare.ids.includes(id))
  return (
    one.param === other.param &&
    one.targets.every(leads) &&
    one.bare.types.every((type) => one.bare.ids.every((id) => leads({ type, id }))) &&
    one.uris.every((uri) => other.uris.includes(uri))
  )
}

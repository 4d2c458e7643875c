import { typeInside } from '../../resources/contained.ts'
import type { Bounds, Expression } from '../expression.ts'
import { ALWAYS, anyOf, everyOf, isIn, type MongoFilter, NEVER, noneOf } from './conditions.ts'
import { datesThatFollow } from './dates.ts'
import { compositeFilter, entryFilter } from './entries.ts'
import { ofPatient } from './patients.ts'

/** An Expression that other resources decide. */
export type FarExpression = Extract<Expression, { kind: 'chain' | 'has' | 'contains' | 'within' }>

/** What has become of the far parts of an Expression: they are asked first. */
export type Resolved = ReadonlyMap<Expression, MongoFilter>

export function isFar(expression: Expression): expression is FarExpression {
  const { kind } = expression
  return kind === 'chain' || kind === 'has' || kind === 'contains' || kind === 'within'
}

/** All far parts of an Expression, but not those that are asked at their far ends. */
export function farParts(expression: Expression): FarExpression[] {
  if (isFar(expression)) return [expression]
  if (expression.kind === 'not') return farParts(expression.part)
  return expression.kind === 'and' || expression.kind === 'or' ? expression.parts.flatMap(farParts) : []
}

/** The filter of an Expression on the documents of a type. Of a far part that is not in `resolved` it throws. */
export function filterOf(type: string, expression: Expression, resolved: Resolved = new Map()): MongoFilter {
  switch (expression.kind) {
    case 'all':
      return ALWAYS
    case 'none':
      return NEVER
    case 'and':
      return allFilter(type, expression.parts, resolved)
    case 'or':
      return anyOf(expression.parts.map((part) => filterOf(type, part, resolved)))
    case 'not':
      return noneOf(filterOf(type, expression.part, resolved))
    case 'id':
      return isIn('_id', expression.ids)
    case 'lastUpdated':
      return anyOf(expression.ranges.map(updatedFilter))
    case 'composite':
      return compositeFilter(expression.parts)
    case 'chain':
    case 'has':
    case 'contains':
    case 'within':
      return resolvedTo(expression, resolved)
    case 'reference':
    case 'range':
      return allFilter(type, [expression], resolved)
    default:
      return entryFilter(expression)
  }
}

/** Filters of what is asked together, and of what follows from it: contained resources have no index for that. */
function allFilter(type: string, parts: readonly Expression[], resolved: Resolved): MongoFilter {
  const isInside = typeInside(type) !== undefined
  const patient = isInside ? undefined : ofPatient(parts)
  const rest = parts.filter((part) => !patient?.met.includes(part))
  const filters = rest.map((part) => (isValue(part) ? entryFilter(part) : filterOf(type, part, resolved)))
  return everyOf([...(patient ? [patient.filter] : []), ...filters, isInside ? ALWAYS : datesThatFollow(type, parts)])
}

function isValue(part: Expression): part is Extract<Expression, { kind: 'reference' | 'range' }> {
  return part.kind === 'reference' || part.kind === 'range'
}

function resolvedTo(part: FarExpression, resolved: Resolved): MongoFilter {
  const filter = resolved.get(part)
  if (!filter) throw new Error(`${part.kind} was not resolved`)
  return filter
}

function updatedFilter({ start, end }: Bounds): MongoFilter {
  const test = { ...(start === undefined ? {} : { $gte: start }), ...(end === undefined ? {} : { $lt: end }) }
  return Object.keys(test).length === 0 ? ALWAYS : { t: test }
}

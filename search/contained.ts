import { insideName, typeInside } from '../resources/contained.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { badValue } from './criterion.ts'
import type { Expression } from './expression.ts'
import type { IncludeStep } from './include.ts'
import type { QueryPair } from './query.ts'
import type { SortKey } from './sort.ts'

/** That a search is for contained resources, with others beside them or without, and what it gives of them. */
export interface Containment {
  both: boolean
  gives: 'container' | 'contained'
}

/** What of a search asks for contained resources, and its other parameters. */
export interface SplitQuery {
  /** Undefined where only resources are asked for that are not contained. */
  containment: Containment | undefined
  used: QueryPair[]
  rest: QueryPair[]
}

/** Takes `_contained` and `_containedType` out of a query (R4 search). Throws `invalid` for other values than theirs. */
export function splitContained(query: readonly QueryPair[]): SplitQuery {
  const which = oneOf(query, '_contained', ['false', 'true', 'both'])
  const gives = oneOf(query, '_containedType', ['container', 'contained'])
  const isAsked = which === 'true' || which === 'both'
  const isOwn = ([name]: QueryPair) => name === '_contained' || name === '_containedType'
  return {
    containment: isAsked ? { both: which === 'both', gives } : undefined,
    used: query.filter((pair) => isOwn(pair) && pair[1] !== ''),
    rest: query.filter((pair) => !isOwn(pair)),
  }
}

/** The one value that a parameter has; the first of those that it may have where it is not given. */
function oneOf<V extends string>(query: readonly QueryPair[], name: string, values: readonly [V, ...V[]]): V {
  const given = query.filter(([other, value]) => other === name && value !== '')
  const value = given.length === 0 ? values[0] : values.find((one) => one === given[0]![1])
  if (value === undefined || given.length > 1) throw badValue(name, `one of ${values.join(', ')}, and is given once`)
  return value
}

/** The types of resources that contain some of a type. */
export type ContainersOf = ReadonlyMap<string, readonly string[]>

/**
 * What a search for contained resources comes to, type by type in the order of its listing: what is asked of resources of
 * each type, of contained ones under their `insideName`. Nothing is in it twice: a container comes once, also where it
 * meets the criteria itself.
 */
export function containedSearches(
  byType: ReadonlyMap<string, Expression>,
  { both, gives }: Containment,
  containers: ContainersOf,
): Map<string, Expression> {
  const parts = new Map<string, Expression[]>()
  const add = (type: string, part: Expression) => parts.set(type, [...(parts.get(type) ?? []), part])
  for (const [type, where] of byType) {
    const inside = insideExpression(where)
    if (both) add(type, where)
    if (gives === 'contained') add(insideName(type), inside)
    else for (const container of containers.get(type) ?? []) add(container, { kind: 'contains', type, where: inside })
  }
  const types = [...parts.keys()].sort()
  return new Map(types.map((type) => [type, anyOf(parts.get(type)!)]))
}

function anyOf(parts: Expression[]): Expression {
  return parts.length === 1 ? parts[0]! : { kind: 'or', parts }
}

/**
 * What is asked of resources of a type, as it is asked of contained ones. Throws `invalid` where it is asked what refers to
 * them: only their container can.
 */
export function insideExpression(expression: Expression): Expression {
  switch (expression.kind) {
    case 'id':
      return { kind: 'token', param: '_id', tests: expression.ids.map((code) => ({ system: '', code })) }
    case 'and':
    case 'or':
      return { ...expression, parts: expression.parts.map(insideExpression) }
    case 'not':
      return { ...expression, part: insideExpression(expression.part) }
    case 'has':
      throw notInside('_has and _list find no contained resources: nothing but their container refers to them.')
    default:
      return expression
  }
}

/** Keys that contained resources are sorted by: ids are those within their containers. */
export function insideSort(keys: readonly SortKey[]): SortKey[] {
  return keys.map((key) =>
    key.by === 'id' ? { ...key, by: { param: '_id', table: 'entry', type: 'token', single: true } } : key,
  )
}

/** Steps of includes that are taken from contained resources of these types as well; nothing leads to them. */
export function insideSteps(steps: readonly IncludeStep[], types: readonly string[]): IncludeStep[] {
  return steps.map(({ links, iterate }) => {
    const forward = links.filter(({ reverse, source }) => !reverse && types.includes(source))
    return { iterate, links: [...links, ...forward.map((link) => ({ ...link, source: insideName(link.source) }))] }
  })
}

/** Throws `invalid` for what a search cannot be together with `_contained`. */
export function checkContained({ gives }: Containment, isSorted: boolean, inCompartment: boolean): void {
  if (inCompartment) throw notInside('A search of a compartment finds no contained resources: leave out _contained.')
  // Of several types, as they may come: their keys need not be of one kind.
  if (isSorted && gives === 'container') {
    throw notInside('With _contained, only what _containedType=contained gives can be sorted.')
  }
}

function notInside(words: string): FhirError {
  return FhirError.of('invalid', words, { code: 'not-supported' })
}

/** Whether something found is a contained resource. */
export function isInside({ type }: { type: string }): boolean {
  return typeInside(type) !== undefined
}

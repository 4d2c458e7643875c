import { beginningOf } from '../../resources/beginning.ts'
import { typeInside } from '../../resources/contained.ts'
import { storableTypes } from '../../resources/definitions/definitions.ts'
import { FhirError, type Issue } from '../../resources/fhir-error.ts'
import { APART } from '../../search/apart.ts'
import { inCompartment, typesOfCompartment } from '../../search/compartment.ts'
import {
  type Containment,
  checkContained,
  containedSearches,
  insideSort,
  insideSteps,
  splitContained,
} from '../../search/contained.ts'
import { parseForTypes } from '../../search/criteria-of-types.ts'
import { allOf, type Expression } from '../../search/expression.ts'
import { shownLinks } from '../../search/hidden.ts'
import { checkSteps, type IncludeStep, isInclude, parseInclude } from '../../search/include.ts'
import type { QueryPair } from '../../search/query.ts'
import { restrictionOf, type Search } from '../../search/searcher.ts'
import { parseSort, type SortKey } from '../../search/sort.ts'
import { withTerminology } from '../../search/terminology/resolve.ts'
import type { Call, Services } from '../call.ts'
import { isCut, wholeOnly } from '../shown.ts'

/** What a search call comes to. */
export interface SearchPlan {
  /** One a type, in alphabetical order: that is the order of the listing. */
  searches: Search[]
  steps: IncludeStep[]
  /** Address of the search, without parameters. */
  url: string
  /** The parameters that narrow the answer, as used. */
  used: QueryPair[]
  unknown: string[]
  /** What is searched, in words. */
  of: string
  /** What else the caller should be told. */
  notes: Issue[]
}

/** Reads what a search call asks for. Throws `invalid` for what is wrong with its parameters. */
export async function planOf(call: Call, services: Services): Promise<SearchPlan> {
  const { type, compartment, access } = call
  const wanted = call.interaction === 'search-system' ? wantedTypes(call.query) : undefined
  const types = type === undefined ? (wanted ?? typesAt(call)) : [type]
  const { containment, used: usedOfContained, rest } = splitContained(call.query)
  demandUncut(containment, call)
  if (containment) demandStored(types)
  const pairs = wanted ? rest.filter(([name]) => name !== '_type') : rest
  const { byType, used, unknown } = await withTerminology(
    (terminology) => parseForTypes(types, pairs, { ...services, terminology }),
    { ...services, restriction: wholeOnly(access) },
  )
  const sort = sortOf(types, pairs, services)
  const included = pairs.filter(([name, value]) => isInclude(name) && value !== '')
  checkSteps(included)
  if (containment) checkContained(containment, sort !== undefined, compartment !== undefined)
  const where = containment ? await inContainers(byType, containment, services) : byType
  const found = containment ? foundTypes(types, where, containment) : types
  const steps = included.map(([name, value]) =>
    shownStep(parseInclude(found, name, value, services.parameters), call, services),
  )
  return {
    searches: searchesOf(call, where, sort?.keysOf),
    steps: containment ? insideSteps(steps, types) : steps,
    url: urlOf(call, services),
    used: [
      ...(wanted ? [['_type', wanted.join(',')] as const] : []),
      ...usedOfContained,
      ...used,
      ...(sort ? [sort.pair] : []),
      ...included,
    ],
    unknown,
    of: type ?? 'all the types searched',
    notes: compartment ? types.filter((name) => !inCompartment(compartment, name)).map(neverIn(compartment.type)) : [],
  }
}

function searchesOf(
  { compartment, access: { may } }: Call,
  byType: ReadonlyMap<string, Expression>,
  keysOf: ((type: string) => SortKey[]) | undefined,
): Search[] {
  return [...byType].flatMap(([type, where]): Search[] => {
    // Of all types there are, most callers see but a few.
    if (restrictionOf(may.s, type).kind === 'none') return []
    const member = compartment ? inCompartment(compartment, type) : ALL
    const search = { type, where: allOf([where, member ?? ALL]), restriction: may.s }
    return member ? [keysOf ? { ...search, sort: keysOf(type) } : search] : []
  })
}

/** A link by what is withheld would show it. */
function shownStep({ links, iterate }: IncludeStep, { access }: Call, { parameters }: Services): IncludeStep {
  return { links: shownLinks(links, access.hidden, parameters), iterate }
}

/** Contained resources may stand in what is withheld of their containers. */
function demandUncut(containment: Containment | undefined, { access }: Call): void {
  if (!containment || !isCut(access)) return
  const words = '_contained is not for callers from whom parts of resources are withheld.'
  throw FhirError.of('invalid', words, { code: 'not-supported' })
}

async function inContainers(byType: ReadonlyMap<string, Expression>, containment: Containment, { searcher }: Services) {
  const containers = new Map<string, string[]>()
  if (containment.gives === 'container') {
    for (const type of byType.keys()) containers.set(type, await searcher.containers(type))
  }
  return containedSearches(byType, containment, containers)
}

/** The types that includes of all kinds are taken from. */
function foundTypes(types: readonly string[], where: ReadonlyMap<string, Expression>, { gives }: Containment) {
  return gives === 'container' ? [...where.keys()] : types
}

/** `_sort`: of several types each has keys of its own, whose values can be compared. */
function sortOf(types: readonly string[], pairs: readonly QueryPair[], { parameters }: Services) {
  const given = pairs.filter(([name, value]) => name === '_sort' && value !== '')
  const [pair] = given
  if (!pair) return undefined
  if (given.length > 1)
    throw FhirError.of('invalid', '_sort is given once, with commas between its keys.', { code: 'value' })
  const keysOf = (type: string) => {
    const inside = typeInside(type)
    return inside === undefined
      ? parseSort(type, pair[1], parameters)
      : insideSort(parseSort(inside, pair[1], parameters))
  }
  demandAlone(types)
  const all = types.map(keysOf)
  const kinds = new Set(all.map((keys) => keys.map(({ by }) => (typeof by === 'string' ? by : by.type)).join()))
  if (kinds.size > 1) {
    throw FhirError.of('invalid', '_sort takes what is of one kind in all the types searched.', {
      code: 'not-supported',
    })
  }
  return (all[0] ?? []).length > 0 ? { keysOf, pair } : undefined
}

const ALL = { kind: 'all' } as const

/** The audit log has one order, and its events contain nothing that is found by itself. */
function demandStored(types: readonly string[]): void {
  const apart = types.find((type) => APART.has(type))
  if (apart === undefined) return
  throw FhirError.of('invalid', `_contained is not for ${apart}.`, { code: 'not-supported' })
}

function demandAlone(types: readonly string[]): void {
  const apart = types.find((type) => APART.has(type))
  if (apart === undefined || types.length === 1) return
  throw FhirError.of('invalid', `${apart} is not sorted among other types.`, { code: 'not-supported' })
}

/**
 * The types of a search that names none: what is kept apart is not meant. A compartment need not be that of a resource which is
 * there: what refers to it may be all that is known of it.
 */
function typesAt({ compartment }: Call): readonly string[] {
  const types = compartment ? typesOfCompartment(compartment.type) : [...storableTypes]
  return types.filter((type) => !APART.has(type))
}

/** The types that `_type` names, sorted, each once; undefined where it is not given. */
function wantedTypes(query: readonly QueryPair[]): string[] | undefined {
  const given = query.filter(([name, value]) => name === '_type' && value !== '')
  if (given.length > 1) {
    throw FhirError.of('invalid', '_type is given once, with commas between the types.', { code: 'value' })
  }
  return given[0] && namedTypes(given[0][1].split(','))
}

/** Sorts resource types that a caller named, each once. Throws `invalid` for a name that is none. */
function namedTypes(names: readonly string[]): string[] {
  const unknown = names.find((name) => !storableTypes.has(name))
  if (unknown !== undefined) {
    throw FhirError.of('invalid', `_type: ${beginningOf(unknown)} is not a resource type.`, { code: 'value' })
  }
  return [...new Set(names)].sort()
}

function urlOf({ type, compartment }: Call, { baseUrl }: Services): string {
  if (!compartment) return type === undefined ? baseUrl : `${baseUrl}/${type}`
  return `${baseUrl}/${compartment.type}/${encodeURIComponent(compartment.id)}/${type ?? '*'}`
}

/**
 * A type that is never in a compartment makes a search that can be carried out and finds nothing: it is no error (R4
 * search, "Handling Errors": an error is for a search that cannot be executed), but the caller is told.
 */
function neverIn(compartmentType: string): (type: string) => Issue {
  return (type) => ({
    severity: 'information',
    code: 'informational',
    diagnostics: `${type} is never in the compartment of a ${compartmentType}.`,
  })
}

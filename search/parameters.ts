import { searchParameterTables } from '../resources/definitions/definitions.ts'
import type { SearchParameterTable, SearchType } from '../resources/definitions/shapes.ts'
import { compileRoutes } from '../resources/path/routes.ts'
import { leadToOne } from '../resources/path/single.ts'
import { compileComposites } from './composites.ts'
import type { GroupedElements, SearchParameter } from './parameter.ts'
import { selector } from './selector.ts'

export type { SearchParameter, SelectedValue } from './parameter.ts'

/** The search types that can be indexed and searched, beside composite ones, which are made of them. */
const INDEXED_TYPES: ReadonlySet<SearchType> = new Set([
  'token',
  'string',
  'reference',
  'uri',
  'date',
  'number',
  'quantity',
  'special',
])

/** Parameters that are columns of the store, not index entries. */
const BUILT_IN = new Set(['_id', '_lastUpdated'])

interface TypeParameters {
  all: ReadonlyMap<string, SearchParameter>
  plain: readonly SearchParameter[]
  grouped: readonly GroupedElements[]
}

const byType = new Map<string, TypeParameters>()

/** The indexed search parameters of a resource type by code, those of all resources included. */
export function parametersOf(typeName: string): ReadonlyMap<string, SearchParameter> {
  return compiledFor(typeName).all
}

/** What is to be indexed of a resource type: its parameters but the composite ones, and the elements of those. */
export function indexedOf(typeName: string): Omit<TypeParameters, 'all'> {
  return compiledFor(typeName)
}

/** Whether R4 defines a search parameter of this code for a type, be it one that can be searched here or not. */
export function isDefined(typeName: string, code: string): boolean {
  return searchParameterTables.some((table) => table.code === code && appliesTo(table, typeName))
}

function compiledFor(typeName: string): TypeParameters {
  let parameters = byType.get(typeName)
  if (!parameters) {
    parameters = compileType(typeName)
    byType.set(typeName, parameters)
  }
  return parameters
}

function compileType(typeName: string): TypeParameters {
  const tables = searchParameterTables.filter((table) => appliesTo(table, typeName) && !BUILT_IN.has(table.code))
  const plain = new Map(
    tables
      .filter((table) => INDEXED_TYPES.has(table.type))
      .map((table) => [table.code, compileParameter(table, typeName)]),
  )
  const { composites, grouped } = compileComposites(typeName, tables, plain)
  const all = new Map([...plain.values(), ...composites].map((parameter) => [parameter.code, parameter]))
  return { all, plain: [...plain.values()], grouped }
}

/** A name or an address is searched by each of its parts, a concept by each of its codings. */
const ONE_ENTRY = new Set(['date', 'number', 'quantity'])

function isSingle({ expression, type }: SearchParameterTable, typeName: string): boolean {
  const routes = ONE_ENTRY.has(type) ? compileRoutes(expression, typeName) : undefined
  return routes !== undefined && leadToOne(routes, typeName)
}

/** What all indexing follows from, by type and code, for telling whether it has changed. */
export function indexedParameters(): readonly unknown[] {
  return searchParameterTables
}

function appliesTo(table: SearchParameterTable, typeName: string): boolean {
  return table.base.some((base) => base === typeName || base === 'Resource' || base === 'DomainResource')
}

function compileParameter(table: SearchParameterTable, typeName: string): SearchParameter {
  return {
    code: table.code,
    type: table.type,
    url: table.url,
    targets: table.targets ?? [],
    select: selector(table.expression, typeName),
    single: isSingle(table, typeName),
  }
}

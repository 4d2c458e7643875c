import { searchParameterTables } from '../resources/definitions/definitions.ts'
import type { SearchParameterTable, SearchType } from '../resources/definitions/shapes.ts'
import { compileRoutes } from '../resources/path/routes.ts'
import { leadToOne } from '../resources/path/single.ts'
import { compileComposites } from './composites.ts'
import type { GroupedElements, SearchParameter } from './parameter.ts'
import { selector } from './selector.ts'
import { canonicalsOf, narrowedTargets } from './targets.ts'
import { unionsAmong } from './unions.ts'

export type { SearchParameter, SelectedValue } from './parameter.ts'

/** The search types that can be indexed and searched, beside composite ones, which are made of them. */
export const INDEXED_TYPES: ReadonlySet<SearchType> = new Set([
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

/** A SearchParameter that is stored, by the id of its resource. */
export interface CustomParameter {
  id: string
  table: SearchParameterTable
}

/**
 * The search parameters that a server knows: R4's own, which all registries share, and those that its store holds. What
 * was indexed under another `version` of it may lack entries.
 */
export class ParameterRegistry {
  /** Told when a resource gets no entries of a parameter because its expression takes too long. */
  onOverrun: (typeName: string, code: string) => void = () => undefined
  private stored: readonly CustomParameter[] = []
  private readonly byType = new Map<string, TypeParameters>()
  private changes = 0

  /** Counts the changes. */
  get version(): number {
    return this.changes
  }

  /** The stored ones, by id. */
  get custom(): readonly CustomParameter[] {
    return this.stored
  }

  /** Takes the place of the stored ones known so far; of two with one code the first by id is used. */
  replace(custom: readonly CustomParameter[]): void {
    this.stored = [...custom].sort((one, other) => (one.id < other.id ? -1 : 1))
    this.byType.clear()
    this.changes++
  }

  /** The definition of a url, with or without version. */
  definition(url: string): SearchParameterTable | undefined {
    const bare = url.split('|', 1)[0]!
    return officialTables.get(bare) ?? this.stored.find(({ table }) => table.url === bare)?.table
  }

  /** What applies to a type, be it built or not: R4's own come first. */
  tablesOf(typeName: string): SearchParameterTable[] {
    const official = searchParameterTables.filter((table) => appliesTo(table, typeName))
    const codes = new Set(official.map(({ code }) => code))
    const custom = this.customOf(typeName).filter(({ code }) => !codes.has(code) && codes.add(code))
    return [...official, ...custom]
  }

  compiled(typeName: string): TypeParameters {
    let parameters = this.byType.get(typeName)
    if (!parameters) {
      // One compilation of R4's parameters serves all registries.
      const shared = this !== OFFICIAL && this.customOf(typeName).length === 0
      parameters = shared ? OFFICIAL.compiled(typeName) : compileType(typeName, this)
      this.byType.set(typeName, parameters)
    }
    return parameters
  }

  /** Gives expressions that took too long another try. */
  forgive(): void {
    this.byType.clear()
  }

  private customOf(typeName: string): SearchParameterTable[] {
    return this.stored.length === 0
      ? NO_TABLES
      : this.stored.flatMap(({ table }) => (appliesTo(table, typeName) ? [table] : []))
  }
}

const NO_TABLES: SearchParameterTable[] = []

/** R4's own and the server's, by url. */
export const officialTables: ReadonlyMap<string, SearchParameterTable> = new Map(
  searchParameterTables.map((table) => [table.url, table]),
)

/** Whether R4 itself, or this server, defines a search parameter of this url. */
export function isOfficial(url: string): boolean {
  return officialTables.has(url)
}

function isOfficialTable({ url }: SearchParameterTable): boolean {
  return isOfficial(url)
}

/** R4's own parameters, those of the server, and no others; it is never changed. */
const OFFICIAL = new ParameterRegistry()

/** The indexed search parameters of a resource type by code, those of all resources included. */
export function parametersOf(typeName: string, registry = OFFICIAL): ReadonlyMap<string, SearchParameter> {
  return registry.compiled(typeName).all
}

/** What is to be indexed of a resource type: its parameters but the composite ones, and the elements of those. */
export function indexedOf(typeName: string, registry = OFFICIAL): Omit<TypeParameters, 'all'> {
  return registry.compiled(typeName)
}

/** Whether a search parameter of this code is defined for a type, be it one that can be searched here or not. */
export function isDefined(typeName: string, code: string, registry = OFFICIAL): boolean {
  return registry.tablesOf(typeName).some((table) => table.code === code)
}

function compileType(typeName: string, registry: ParameterRegistry): TypeParameters {
  const tables = registry.tablesOf(typeName).filter(({ code }) => !BUILT_IN.has(code))
  const official = registry === OFFICIAL ? undefined : OFFICIAL.compiled(typeName).all
  const plain = new Map(
    tables
      .filter((table) => INDEXED_TYPES.has(table.type))
      .map((table) => [table.code, official?.get(table.code) ?? compileParameter(table, typeName, registry)]),
  )
  // A stored parameter may go: what R4's own are indexed by must not hang on it.
  for (const [code, parts] of unionsAmong(tables.filter(isOfficialTable), typeName)) {
    const parameter = plain.get(code)
    if (parameter) plain.set(code, { ...parameter, unionOf: parts.flatMap((part) => plain.get(part) ?? []) })
  }
  const { composites, grouped } = compileComposites(typeName, tables, plain, registry)
  const all = new Map([...plain.values(), ...composites].map((parameter) => [parameter.code, parameter]))
  return { all, plain: [...plain.values()].filter(({ unionOf }) => !unionOf), grouped }
}

/** A name or an address is searched by each of its parts, a concept by each of its codings. */
const ONE_ENTRY = new Set(['date', 'number', 'quantity'])

function isSingle({ expression, type }: SearchParameterTable, typeName: string): boolean {
  const routes = ONE_ENTRY.has(type) ? compileRoutes(expression, typeName) : undefined
  return routes !== undefined && leadToOne(routes, typeName)
}

/** Whether a parameter is one of a type. */
export function appliesTo(table: SearchParameterTable, typeName: string): boolean {
  return table.base.some((base) => base === typeName || base === 'Resource' || base === 'DomainResource')
}

function compileParameter(table: SearchParameterTable, typeName: string, registry: ParameterRegistry): SearchParameter {
  return {
    code: table.code,
    type: table.type,
    url: table.url,
    targets: narrowedTargets(table, typeName),
    canonical: canonicalsOf(table, typeName),
    select: selector(table.expression, typeName, () => registry.onOverrun(typeName, table.code)),
    single: isSingle(table, typeName),
  }
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type {
  CodeList,
  CommonUnit,
  CompartmentTable,
  CompiledDefinitions,
  Element,
  InvariantTable,
  SearchParameterTable,
  TypeTable,
} from './shapes.ts'

const FILE = join(import.meta.dirname, 'r4.json')

function load(): CompiledDefinitions {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as CompiledDefinitions
  } catch (error) {
    throw new Error(`the compiled definitions (${FILE}) cannot be read; run \`npm run definitions\``, { cause: error })
  }
}

const compiled = load()

/** FHIR version of the definitions: 4.0.1. */
export const fhirVersion: string = compiled.fhirVersion

/** The 146 concrete resource types of R4, Parameters among them. */
export const resourceTypes: ReadonlySet<string> = new Set(
  Object.keys(compiled.types).filter((name) => compiled.types[name]?.kind === 'resource'),
)

/** The 145 resource types that have an endpoint: all but Parameters, which travels only in operations. */
export const storableTypes: ReadonlySet<string> = new Set(
  [...resourceTypes].filter((name) => name !== 'Parameters').sort(),
)

/** The server's own search parameters: what its policies rest on and R4 lacks. They are always there, as R4's are. */
export const ownSearchParameters: readonly SearchParameterTable[] = JSON.parse(
  readFileSync(join(import.meta.dirname, 'own-search-parameters.json'), 'utf8'),
)

/** The specification's search parameters and the server's own, each once. */
export const searchParameterTables: readonly SearchParameterTable[] = [
  ...compiled.searchParameters,
  ...ownSearchParameters,
]

/** The types that have compartments, by name, with the members of each. */
export const compartmentTables: ReadonlyMap<string, CompartmentTable> = new Map(Object.entries(compiled.compartments))

/** Names of all types, nested ones included. */
export function typeNames(): string[] {
  return Object.keys(compiled.types)
}

/** Table of a type by name (`Patient`, `HumanName`, `Patient.contact`, `string`); undefined for an unknown one. */
export function typeTable(name: string): TypeTable | undefined {
  return Object.hasOwn(compiled.types, name) ? compiled.types[name] : undefined
}

/** The codes of a value set by its canonical without version; undefined where they cannot be listed. */
export function codeLists(valueSet: string): CodeList[] | undefined {
  return Object.hasOwn(compiled.codes, valueSet) ? compiled.codes[valueSet] : undefined
}

/** The invariants of a type, without those that every element or resource has (ele-1, ext-1, dom-*). */
export function invariantsOf(typeName: string): readonly InvariantTable[] {
  return Object.hasOwn(compiled.invariants, typeName) ? compiled.invariants[typeName]! : []
}

/** The base form of a common UCUM code, null for one that has none; undefined for all other codes. */
export function commonUnit(code: string): CommonUnit | null | undefined {
  return Object.hasOwn(compiled.units, code) ? compiled.units[code] : undefined
}

/** A JSON member that a type allows: the element it stands for, and which of its types. */
export interface Member {
  /** Element name in the definitions (`value[x]`). */
  name: string
  type: string
  primitive: boolean
  element: Element
}

const membersByType = new Map<string, ReadonlyMap<string, Member>>()

/**
 * The JSON members of a type by their name in JSON (`valueQuantity`, `birthDate`), without the `_` siblings of
 * primitives. Throws when the type is unknown.
 */
export function membersOf(typeName: string): ReadonlyMap<string, Member> {
  let members = membersByType.get(typeName)
  if (!members) {
    const table = typeTable(typeName)
    if (!table) throw new Error(`no such type: ${typeName}`)
    members = new Map(Object.entries(table.elements).flatMap(([name, element]) => expand(name, element)))
    membersByType.set(typeName, members)
  }
  return members
}

function expand(name: string, element: Element): [string, Member][] {
  if (!name.endsWith('[x]')) return [[name, member(name, element, element.types[0] ?? 'Element')]]
  const stem = name.slice(0, -3)
  return element.types.map((type) => [stem + type.charAt(0).toUpperCase() + type.slice(1), member(name, element, type)])
}

function member(name: string, element: Element, type: string): Member {
  return { name, type, primitive: typeTable(type)?.kind === 'primitive', element }
}

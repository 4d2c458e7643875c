/** One element of a type, as far as reading, checking and indexing need it. */
export interface Element {
  /** Type names: primitives (`string`), data types (`HumanName`), nested types (`Patient.contact`), `Resource`. */
  types: string[]
  min: number
  /** Most repeats; -1 for `*`. */
  max: number
  /** Canonical of the value set where a `code` is bound with strength required. */
  binding?: string
  /** Resource types a Reference may point to; absent when any may be. */
  targets?: string[]
  summary?: true
  modifier?: true
}

/** A resource type, a data type or a nested (backbone) type, with all its elements, inherited ones included. */
export interface TypeTable {
  kind: 'resource' | 'complex' | 'primitive' | 'nested'
  /** Elements by name; choice elements under `value[x]`. */
  elements: Record<string, Element>
}

/** The codes of a value set that can be listed, by the code system they belong to. */
export interface CodeList {
  system: string
  codes: string[]
}

export type SearchType =
  | 'number'
  | 'date'
  | 'string'
  | 'token'
  | 'reference'
  | 'composite'
  | 'quantity'
  | 'uri'
  | 'special'

/** A SearchParameter of the specification, cut to what searching needs. */
export interface SearchParameterTable {
  url: string
  code: string
  type: SearchType
  /** The resource types it applies to; `Resource` and `DomainResource` stand for all that derive from them. */
  base: string[]
  expression: string
  targets?: string[]
  components?: { definition: string; expression: string }[]
}

export type CommonUnit = [base: string, factor: number, offset?: number]

/** Of a compartment's type: by resource type the parameters that put a resource in it, `{def}` being the id itself. */
export type CompartmentTable = Record<string, string[]>

/** A constraint of a type (ElementDefinition.constraint), as FHIRPath. */
export interface InvariantTable {
  key: string
  severity: 'error' | 'warning'
  /** What it asks for, in words. */
  human: string
  expression: string
  /** The element of the type that it is of, where that is of another type (`telecom`, `probability[x]`). */
  member?: string
}

/** What `compile/` writes and `definitions.ts` reads. */
export interface CompiledDefinitions {
  /** Tells a stale file: a digest of the compiler's own text and of the package's version. */
  stamp: string
  fhirVersion: string
  types: Record<string, TypeTable>
  codes: Record<string, CodeList[]>
  /** By type: its invariants, but for those that every element or resource has. */
  invariants: Record<string, InvariantTable[]>
  searchParameters: SearchParameterTable[]
  /** The common UCUM codes: their base units, and factor and offset to them (`units/`); null for what has none. */
  units: Record<string, CommonUnit | null>
  compartments: Record<string, CompartmentTable>
}

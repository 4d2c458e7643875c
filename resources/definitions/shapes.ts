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

/** What codes an element may have (R4 ElementDefinition.binding). */
export interface Binding {
  strength: 'required' | 'extensible' | 'preferred' | 'example'
  /** Canonical, with its version where it tells one. */
  valueSet: string
  /** The value set that holds whatever the strength says (extension elementdefinition-maxValueSet). */
  maxValueSet?: string
}

/** What the definitions ask of an element beyond its shape and its invariants. */
export interface ElementRules {
  binding?: Binding
  /** Profiles that the value has to meet (`SimpleQuantity`): canonicals. */
  profiles?: readonly string[]
  /** Of a canonical, what it leads to; of a Reference, where that is more than the types in `Element.targets`: canonicals. */
  targetProfiles?: readonly string[]
}

/** The same by the element's name (`value[x]`), where something is asked of it; under `''` of the type itself (units of Age). */
export type TypeRules = Readonly<Record<string, ElementRules>>

/** Where a definition is in the file of lines: bytes. */
export type ConformanceEntry = [type: string, url: string, offset: number, length: number, version?: string]

/** What is in the file of lines, which has `size` bytes. */
export interface ConformanceIndex {
  stamp: string
  size: number
  entries: ConformanceEntry[]
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

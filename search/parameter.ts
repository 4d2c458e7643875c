import type { SearchType } from '../resources/definitions/shapes.ts'

/** A value that a search parameter selects from a resource, with its FHIR type. */
export interface SelectedValue {
  value: unknown
  type: string
  /** Value set of the required binding of the element it comes from. */
  binding: string | undefined
}

/** A search parameter of one resource type. */
export interface SearchParameter {
  code: string
  type: SearchType
  url: string
  /** Resource types that a reference parameter may lead to; empty for any. */
  targets: readonly string[]
  select(resource: unknown): SelectedValue[]
  /** Whether a reference parameter selects canonicals: with references or without. */
  canonical?: 'only' | 'also' | undefined
  /** Whether a resource has one value at the most. */
  single?: boolean
  /** Parameters that select together what this one does: they are asked in its place, and it has no entries. */
  unionOf?: readonly SearchParameter[]
  /** The ways to meet a composite, each with a part for every component; absent for all other types. */
  branches?: readonly CompositeBranch[]
}

/**
 * One way to meet a composite parameter. `resource`: the parts are parameters of the resource. `element`: they are
 * indexed together for each of its elements, and have to be met in one (R4 search, composite).
 */
export interface CompositeBranch {
  on: 'resource' | 'element'
  parts: readonly SearchParameter[]
}

/** Elements of a resource whose values are indexed in groups, one an element. */
export interface GroupedElements {
  find(resource: unknown): unknown[]
  parts: GroupedPart[]
}

/** A parameter of an element; it may select from the resource around it too (`%resource`). */
export interface GroupedPart {
  parameter: SearchParameter
  selectIn(element: unknown, resource: unknown): SelectedValue[]
}

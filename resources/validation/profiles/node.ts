import type { Binding } from '../../definitions/shapes.ts'

/** A type that an element may have. */
export interface NodeType {
  /** `Quantity`, `Reference`, `code`. */
  code: string
  /** Canonicals of which the value has to follow one. */
  profiles: readonly string[]
  /** Canonicals of which what a reference leads to has to follow one. */
  targets: readonly string[]
  aggregation: readonly string[]
}

/** What an element's slices are told apart by. */
export interface Discriminator {
  type: string
  path: string
}

/** ElementDefinition.slicing. */
export interface Slicing {
  discriminators: readonly Discriminator[]
  rules: string
  ordered: boolean
}

/** An invariant of a profile. */
export interface Constraint {
  key: string
  severity: string
  human: string
  expression: string
}

/** What a profile says of an element's value, beyond what its type says; members that are absent say nothing. */
export interface ValueRules {
  fixed?: unknown
  pattern?: unknown
  minValue?: unknown
  maxValue?: unknown
  maxLength?: number
  binding?: Binding
  constraints?: readonly Constraint[]
  /** The types that are allowed, where they are fewer than those of the base, or must follow profiles. */
  types?: readonly NodeType[]
}

/** An element of a profile. Of a slice, one that is in the slice. */
export interface ElementNode {
  id: string
  /** Its name in the element around it (`value[x]`); `''` for the root. */
  name: string
  sliceName: string | undefined
  min: number
  /** Infinity for `*`. */
  max: number
  mustSupport: boolean
  /** Every type that it may have, told or inherited. */
  types: readonly NodeType[]
  rules: ValueRules
  children: ElementNode[]
  slices: ElementNode[]
  slicing: Slicing | undefined
  /** The element whose children it has, where it refers to another. */
  sameAs: ElementNode | undefined
  /** The children of which the profile says more than the base does: only these are looked at. */
  telling: readonly ElementNode[]
  /** The children that must be supported, or have such below them. */
  supported: readonly ElementNode[]
}

/** The children of an element, or of the one it refers to. */
export function childrenOf(node: ElementNode): readonly ElementNode[] {
  return node.sameAs && node.children.length === 0 ? node.sameAs.children : node.children
}

import type { AskedCoding } from '../../validation/question.ts'

/** R4 ConceptMap.group.element.target.dependsOn and product. */
export interface Dependency {
  property: string
  system?: string
  value: string
  display?: string
}

/** R4 ConceptMap.group.element.target. */
export interface Target {
  code?: string
  display?: string
  equivalence?: string
  comment?: string
  dependsOn?: readonly Dependency[]
  product?: readonly Dependency[]
}

/** R4 ConceptMap.group.element. */
export interface MapElement {
  code?: string
  display?: string
  target?: readonly Target[]
}

/** R4 ConceptMap.group. */
export interface Group {
  source?: string
  sourceVersion?: string
  target?: string
  targetVersion?: string
  element?: readonly MapElement[]
  unmapped?: { mode: string; code?: string; display?: string; url?: string }
}

/** ConceptMap as far as it is read. */
export interface ConceptMapLike {
  url?: string
  version?: string
  sourceUri?: string
  sourceCanonical?: string
  targetUri?: string
  targetCanonical?: string
  group?: readonly Group[]
}

/** A code with the system that it is mapped by. */
export type SystemCoding = AskedCoding & { code: string }

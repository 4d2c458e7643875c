import type { Concept } from './concept.ts'

/** A version of a code system, or all versions of one whose records are dated. */
export interface Edition {
  /** Canonical url of the code system. */
  system: string
  version: string | undefined
  name: string
  title?: string
  content: 'complete' | 'fragment' | 'example' | 'supplement' | 'not-present'
  caseSensitive: boolean
  /** What being below means (R4 CodeSystem.hierarchyMeaning); absent: is-a. */
  hierarchyMeaning?: string
  /** Days (`2025-10-01`, both included) by version, where one edition holds several: records tell their days then. */
  periods?: readonly { version: string; from: string; to?: string }[]
  /** What its properties are (R4 CodeSystem.property): `uri` and `description` where known. */
  properties?: readonly { code: string; type: string; uri?: string; description?: string }[]
  copyright?: string
}

/** One condition on a concept: filters of R4 ValueSet.compose.include.filter, and codes that are listed. */
export type Condition =
  | { op: 'is-a' | 'descendent-of' | 'is-not-a' | 'generalizes' | 'child-of'; code: string }
  | { op: '='; property: string; value: string }
  | { op: 'in' | 'not-in'; property: string; values: readonly string[] }
  | { op: 'regex'; property: string; pattern: string }
  | { op: 'exists'; property: string; exists: boolean }
  | { op: 'codes'; codes: readonly string[] }
  /** None of these sets of conditions is met as a whole. */
  | { op: 'none-of'; each: readonly (readonly Condition[])[] }

/** What is looked for among the concepts of a source. `property` may also be `code`, `display`, `definition`, `parent`, `child`. */
export interface ConceptQuery {
  /** Words of a user: ranked by exact code, prefix of words, billable first, synonyms; a typo is forgiven. Absent: in the order of the source. */
  text?: string
  /** All are met. */
  conditions: readonly Condition[]
  /** Records that hold on this day alone; a source without dates gives all. */
  day: string
  /**
   * Records of all days, a code with several of them perhaps as often: what is below a code has been below it at some time. A source whose records are all of
   * one day may pass over it.
   */
  anyDay?: boolean
  activeOnly: boolean
  /** Leave out what is there for its place in the tree. */
  selectableOnly?: boolean
  offset: number
  /** Concepts at the most; 0 for the total alone. */
  count: number
}

/** Some concepts, and how many there are in all. */
export interface ConceptPage {
  concepts: Concept[]
  total: number
}

/**
 * The concepts of one edition of a code system, wherever they are kept: in memory for a CodeSystem resource, in the concept store
 * for what was loaded. A `day` is a date such as `2026-09-30`.
 */
export interface ConceptSource {
  readonly edition: Edition
  /** Changes when the content does: what caches go by. */
  readonly key: string
  /** The record of a code that holds on a day; undefined for none. Codes are compared without case where the edition says so. */
  find(code: string, day: string): Promise<Concept | undefined>
  /** All records of a code, the oldest first. */
  records(code: string): Promise<Concept[]>
  /** The concepts right below, in the order of the source. */
  children(code: string, day: string): Promise<Concept[]>
  /** Whether `code` is below `ancestor`, at whatever depth; false for the same code. */
  isBelow(code: string, ancestor: string, day: string): Promise<boolean>
  /**
   * Whether a code meets all conditions, where a source can tell better than its records do (it is elsewhere, and its records do
   * not say everything). Absent, or undefined: it is worked out from `find`, `isBelow` and `children`.
   */
  meets?(code: string, conditions: readonly Condition[], day: string): Promise<boolean | undefined>
  /** Throws `invalid` (`too-costly`, `not-supported`) for what it cannot carry out. */
  search(query: ConceptQuery): Promise<ConceptPage>
  /** All records, in the order of the source. */
  all(): AsyncIterable<Concept>
}

/** Where code systems are opened: the concept store, a terminology server elsewhere. */
export interface SourceOpener {
  /** The newest version where none is asked; undefined where it is not held. */
  open(system: string, version?: string): Promise<ConceptSource | undefined>
  /** Another value whenever an answer may be another than before. */
  stamp(): Promise<string>
}

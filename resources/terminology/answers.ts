import type { Issue } from '../fhir-error.ts'
import type { AskedCoding } from '../validation/question.ts'
import type { ConceptProperty, Designation } from './concept.ts'

/** A parsed resource. */
export type Resource = Readonly<Record<string, unknown>> & { readonly resourceType: string }

/** A definition that is meant: by its canonical (`version` apart), or as it stands in the question. */
export interface Meant {
  url?: string
  version?: string
  resource?: Resource
}

/** R4 CodeSystem/$lookup. */
export interface LookupQuestion {
  system: string
  code: string
  version?: string
  /** Code system as it stands in the question: of an instance. */
  resource?: Resource
  /** `2026-09-30`; absent: the last day of the version, today without one. */
  day?: string
  /** Names of properties that are wanted (`*`: all); absent: all. */
  properties?: readonly string[]
  displayLanguage?: string
}

/** A property of an answer: with what it is for. */
export interface FoundProperty extends ConceptProperty {
  description?: string
}

/** What is known of a code on a day. */
export interface LookupAnswer {
  system: string
  code: string
  /** Name and version of the code system. */
  name: string
  version?: string
  display?: string
  definition?: string
  designations: readonly Designation[]
  /** Own properties, and `parent`, `child`, `inactive`, `notSelectable`, `effectiveDate`, `endDate`, `billable-child` where they say something. */
  properties: readonly FoundProperty[]
  abstract: boolean
  inactive: boolean
  /** Days (both included) for which this holds. */
  from?: string
  to?: string
}

/** R4 CodeSystem/$validate-code (`system`) and ValueSet/$validate-code (`valueSet`). */
export interface ValidateCodeQuestion {
  valueSet?: Meant
  /** The code system whose code it is to be; the system of the codings counts where it is absent. */
  system?: Meant
  /** One for a code or Coding; of a CodeableConcept, one that is valid is enough. */
  codings: readonly AskedCoding[]
  /** The system of a code is the value set's. */
  inferSystem?: boolean
  /** Whether a concept that is there for its place in the tree is right; absent: it is. */
  abstract?: boolean
  /** Another name is a warning, and no error. */
  lenientDisplay?: boolean
  displayLanguage?: string
  day?: string
}

/** Whether codings are valid, and what is to be said about them. */
export interface ValidateCodeAnswer {
  result: boolean
  /** Nobody can tell, for want of a definition: `result` is false then. */
  unknown?: true
  /** For people: all issues in a line. */
  message?: string
  /** The coding that it was decided by. */
  system?: string
  code?: string
  version?: string
  /** The name that it ought to have. */
  display?: string
  inactive?: boolean
  issues: readonly Issue[]
}

/** How one code stands to another (R4 http://hl7.org/fhir/concept-subsumption-outcome): A to B. */
export type Subsumption = 'equivalent' | 'subsumes' | 'subsumed-by' | 'not-subsumed'

/** R4 CodeSystem/$subsumes. */
export interface SubsumesQuestion {
  system: string
  version?: string
  resource?: Resource
  codeA: string
  codeB: string
  day?: string
}

/** R4 ValueSet/$expand, all its parameters but `context` and `profile`. Versions are canonicals (`system|version`). */
export interface ExpandQuestion {
  valueSet: Meant
  filter?: string
  offset?: number
  count?: number
  day?: string
  activeOnly?: boolean
  includeDesignations?: boolean
  /** Uses or languages of designations that are wanted: `system|code`, or a language. */
  designations?: readonly string[]
  includeDefinition?: boolean
  excludeNested?: boolean
  excludeNotForUI?: boolean
  excludePostCoordinated?: boolean
  displayLanguage?: string
  excludeSystems?: readonly string[]
  systemVersions?: readonly string[]
  checkSystemVersions?: readonly string[]
  forceSystemVersions?: readonly string[]
  /** Parts whose code system is not held are left out, and told as a parameter of the expansion. */
  limitedExpansion?: boolean
}

/** R4 ConceptMap/$translate. */
export interface TranslateQuestion {
  map?: Meant
  codings: readonly AskedCoding[]
  /** Value sets: where the code is from, and where the result is to be in. */
  source?: string
  target?: string
  /** System that the result is to be of. */
  targetSystem?: string
  dependencies?: readonly { element: string; codings: readonly AskedCoding[] }[]
  reverse?: boolean
  day?: string
}

/** One concept that a code is mapped to. */
export interface TranslateMatch {
  equivalence: string
  /** Absent for `unmatched` and `disjoint` without a code. */
  concept?: AskedCoding
  products: readonly { element: string; concept: AskedCoding }[]
  comment?: string
  /** Canonical of the map. */
  source?: string
}

/** `result`: whether one of the matches is a translation (neither unmatched nor disjoint). */
export interface TranslateAnswer {
  result: boolean
  message?: string
  matches: readonly TranslateMatch[]
}

/** That `source` is below `target`, of one system. */
export interface ClosurePair {
  system: string
  version?: string
  source: string
  target: string
}

/** R4 CodeSystem/$find-matches: properties that a concept must have. */
export interface FindMatchesQuestion {
  system: string
  version?: string
  properties: readonly { code: string; value: string | number | boolean }[]
  /** Whether concepts of which only some of the properties are known count as well. */
  exact: boolean
  day?: string
}

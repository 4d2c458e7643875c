/** Another name of a concept (R4 CodeSystem.concept.designation). */
export interface Designation {
  value: string
  language?: string
  use?: { system?: string; code: string; display?: string }
}

/** A property of a concept (R4 CodeSystem.concept.property). A code or Coding is of the type `code`, a dateTime text. */
export interface ConceptProperty {
  code: string
  type: 'code' | 'string' | 'boolean' | 'integer' | 'decimal' | 'dateTime' | 'Coding'
  /** Of a Coding, its code; `system` and `display` beside it. */
  value: string | number | boolean
  system?: string
  display?: string
}

/**
 * A concept of a code system as it is within a stretch of days. A concept that changes (its title, whether it is billable)
 * has a record for each stretch, and no two of them overlap; one that is not dated has a single record.
 */
export interface Concept {
  code: string
  display: string
  definition?: string
  designations?: readonly Designation[]
  properties?: readonly ConceptProperty[]
  /** Codes of the concepts right above it. */
  parents?: readonly string[]
  /** First and last day (`2025-10-01`, both included) of the record; absent: for ever. */
  from?: string
  to?: string
  /** No longer to be used, though known. */
  inactive?: true
  /** There for its place in the tree, not to be chosen (`notSelectable`). */
  abstract?: true
}

/** Whether a record holds on a day (`2026-09-30`). */
export function holdsOn(concept: Concept, day: string): boolean {
  return (concept.from === undefined || concept.from <= day) && (concept.to === undefined || day <= concept.to)
}

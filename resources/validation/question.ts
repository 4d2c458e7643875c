/** A code, as a resource tells it. */
export interface AskedCoding {
  system?: string
  version?: string
  code?: string
  display?: string
}

/** Whether a coded value is in a value set; without `valueSet`, whether its code is one of its system. */
export interface CodeQuestion {
  /** Canonical, with its version where one was told. */
  valueSet?: string
  /** One for a code or Coding, all for a CodeableConcept: one of them in the set is enough. */
  codings: readonly AskedCoding[]
  /** Of a `code`: its system is the value set's, and not told. */
  inferSystem?: true
}

/** What is known of it. `unknown`: the value set or a system is not held, so that nobody can tell. */
export interface CodeVerdict {
  result: 'in' | 'out' | 'unknown'
  /** For people: why it is out or not known. Says codes and systems, no names of patients. */
  message?: string
  /** Of codings that are known: those that say another name than theirs, and codes that are none of their system. */
  faults: readonly { coding: number; kind: 'display' | 'code' | 'system' | 'inactive'; message: string }[]
}

/**
 * What a validation knows without waiting. Undefined is no answer: it is asked for behind it, and the validation
 * carried out once more when it is there (`run.ts`). Null: it is nowhere.
 */
export interface Known {
  /** A StructureDefinition with its snapshot (made, if it had none). */
  structure(canonical: string): StructureDefinitionLike | null | undefined
  verdict(question: CodeQuestion): CodeVerdict | undefined
  /** The resource that a reference outside of the body leads to: parsed, or null where it is not there (or nobody may look). */
  target(reference: string): Readonly<Record<string, unknown>> | null | undefined
}

/** A StructureDefinition as far as it is needed. */
export interface StructureDefinitionLike {
  url: string
  version?: string
  name?: string
  type: string
  kind: string
  abstract?: boolean
  derivation?: string
  baseDefinition?: string
  context?: readonly { type: string; expression: string }[]
  contextInvariant?: readonly string[]
  snapshot?: { element: readonly object[] }
  differential?: { element: readonly object[] }
}

import type { Concept } from '../concept.ts'
import type { ConceptSource, Edition } from '../concept-source.ts'
import type { Reading } from './source.ts'

/** A parsed resource that a loader makes: ValueSet, ConceptMap. */
export type Definition = Record<string, unknown> & { resourceType: string; id: string; url: string; version: string }

/** An edition and what is in it. */
export interface Made {
  edition: Edition
  /** Read once, and only then: what is wrong with the files may be found while it is. */
  concepts: AsyncIterable<Concept> | Iterable<Concept>
}

/** What a loader makes of files. */
export interface Loaded {
  editions: readonly Made[]
  definitions: readonly Definition[]
  /** For the user: what it was made of, and what is not known. */
  words: readonly string[]
}

/** What the user says besides the files. */
export interface Asked {
  version?: string
  /** First day (`2027-10-01`) on which what is loaded holds. */
  from?: string
}

/** Reads the public files of one kind. */
export interface Loader {
  /** What the user calls it: `icd-10-cm`. */
  kind: string
  /** For the user: which files it takes. */
  files: string
  /** Whether it makes something of a file of this name. */
  takes(name: string): boolean
  /**
   * @param paths files whose names it takes
   * @throws Error with words for the user
   */
  load(paths: readonly string[], asked: Asked, held: Held, reading: Reading): Promise<Loaded>
}

/** The edition of a code system that is held, if any. */
export type Held = (system: string) => Promise<ConceptSource | undefined>

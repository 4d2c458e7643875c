import type { Concept } from '../terminology/concept.ts'
import type { ConceptSource, Edition } from '../terminology/concept-source.ts'

/** A new content of an edition, which nobody sees before it is published. */
export interface Draft {
  /** Adds records, in the order in which they are listed. */
  add(concepts: readonly Concept[]): Promise<void>
  /**
   * Puts all that was added in the place of what the edition had, as one; a reader sees the old or the new. `demand` is asked right before
   * that, which may be long after all else: where it rejects, nothing is put.
   */
  publish(demand?: () => Promise<void>): Promise<void>
  /** Throws away what was added. A draft that its process did not end is thrown away by the next. */
  discard(): Promise<void>
}

/**
 * Keeps the concepts of large code systems (ICD-10-CM, LOINC …), apart from the resources: a hundred thousand load in seconds,
 * none stays in memory, and all processes on the same data see what one of them loaded.
 */
export interface ConceptStore {
  editions(): Promise<Edition[]>
  /** The edition of a version (also one of its `periods`), or the newest without one; undefined where none is held. */
  open(system: string, version?: string): Promise<ConceptSource | undefined>
  /** The concepts of an edition that is held, by its system and version exactly. */
  of(edition: Pick<Edition, 'system' | 'version'>): Promise<ConceptSource | undefined>
  draft(edition: Edition): Promise<Draft>
  /** Whether there was one. */
  remove(system: string, version: string | undefined): Promise<boolean>
  /** Another value whenever the editions are others. Cheap: asked with every call. */
  stamp(): Promise<string>
  close(): Promise<void>
}

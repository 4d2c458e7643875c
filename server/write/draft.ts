import type { Issue } from '../../resources/fhir-error.ts'
import type { Edit } from '../../resources/json/edits.ts'
import type { JsonDocument } from '../../resources/json/parse.ts'
import type { Expectation } from '../../resources/store/port.ts'
import type { Expression } from '../../search/expression.ts'
import type { Call, TracedCall } from '../call.ts'

/** A resource that a write is about. */
export interface Target {
  type: string
  id: string
  /** A conditional create found it: nothing is written. */
  existing?: true
  /** Criteria found nothing, so that the resource must not be there yet. */
  mustBeNew?: true
  /** The criteria that found nothing; nothing else that is written along with it may meet them. */
  unmatched?: Expression
}

/**
 * A write on its way: what is asked, and what it has come to so far. It is read, settled on its targets, for a patch
 * applied, and then becomes changes; alone or among others in a transaction, it goes the same way.
 */
export interface Draft {
  call: TracedCall
  /** The resource as it is to be: of a create or update as it came, of a patch once it is applied. */
  document?: JsonDocument
  /** What was found in it that did not forbid to write it. */
  issues?: readonly Issue[]
  /** Edits that bring the document's text up to its value. */
  edits?: Edit[]
  /** One; none for a conditional delete that found nothing, several for one that may delete several. */
  targets: Target[]
  /** Of a patch: what it was applied to, as the change must find it, and its text. */
  patched?: { expect: Expectation; text: Buffer }
}

/** The interactions that write, in the order in which a transaction acts (R4 http, transaction processing rules). */
export const WRITE_ORDER = ['delete', 'create', 'update', 'patch'] as const

/** Whether an interaction writes. */
export function isWrite({ interaction }: Call): boolean {
  return (WRITE_ORDER as readonly string[]).includes(interaction)
}

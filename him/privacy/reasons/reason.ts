import type { Resource } from '@medplum/fhirtypes'
import { type ReadingContext, type Span, spanOf } from '../record-reading.ts'

/** That somebody has to do with a patient, for a time. */
export interface Tie extends Span {
  /** `Type/id` of a Practitioner, PractitionerRole, Organization, Location … */
  who: readonly string[]
}

/** What a resource of the record is read with. */
export interface Reading extends ReadingContext {
  /** When it was written last, in ms since 1970. */
  written: number
  /** Of resources that were read before, whom they name: the requesters of an order, the payors of a coverage. */
  named: Map<string, readonly string[]>
}

type Of<T extends string> = Extract<Resource, { resourceType: T }>

/** How each type of resource ties somebody to the patient. */
type Readers = { [T in Resource['resourceType']]?: (resource: Of<T>, reading: Reading) => Tie[] }

/**
 * One reason that the record may give for an access. How many days around a tie it holds stands in `windows.json` under its
 * code.
 */
export interface Reason {
  code: string
  /** For people: `participant of an encounter`. */
  words: string
  of: Readers
}

/** What a resource ties by a reason; nothing where the reason does not look at its type. */
export function tiesOf(reason: Reason, resource: Resource, reading: Reading): Tie[] {
  const read = reason.of[resource.resourceType] as ((one: Resource, reading: Reading) => Tie[]) | undefined
  return read?.(resource, reading) ?? []
}

/** The time of what was done at one date, or from one to another; where neither is told, when it was written. */
export function timeOf(start: string | undefined, end: string | undefined, reading: Reading): Span {
  const first = start ?? end
  if (first === undefined) return { from: reading.written, to: reading.written }
  return spanOf(first, end ?? first, reading)
}

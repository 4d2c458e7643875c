import { BSON } from 'mongodb'
import { insideId, insideName } from '../../contained.ts'
import { FhirError } from '../../fhir-error.ts'
import { Pace } from '../../pace.ts'
import type { Change, DeleteChange, IndexChange, IndexEntry, WriteChange } from '../port.ts'
import { type IndexFacts, indexFacts, patientKeyBytes } from './document.ts'
import { LISTED_BY } from './indexes.ts'

/** Bytes of a document at the most: 16 MiB is the database's limit, with what a command puts around it. */
const DOCUMENT_BYTES = 16 * 1024 * 1024 - 16 * 1024

/** Bytes of a document's own fields besides its text, its facts and what it holds, at the most. */
const OWN_BYTES = 1024

/** A contained resource as it is written: the collection, the `_id` there, how its container's `holds` has it, its facts. */
export interface PreparedInside {
  collection: string
  id: string
  held: string
  facts: IndexFacts
}

/** A change with what its resource is found by, which stays the same however often the transaction is begun. */
export type Prepared =
  | DeleteChange
  | ((WriteChange | IndexChange) & { facts: IndexFacts; inside: readonly PreparedInside[] })

/**
 * Prepares the changes of a unit, in stretches that let others through. Throws FhirError `too-large` for a resource that
 * would not fit into a document.
 */
export async function prepare(changes: readonly Change[]): Promise<Prepared[]> {
  const pace = new Pace()
  const prepared: Prepared[] = []
  for (const change of changes) {
    if (pace.due) await pace.rest()
    prepared.push(prepareOne(change))
  }
  return prepared
}

/** Where a resource is kept that its container's `holds` has: its collection, and its `_id` there. */
export function placeOf(container: { type: string; id: string }, held: string): { collection: string; id: string } {
  const [type = '', id = ''] = held.split('#')
  return { collection: insideName(type), id: insideId(container, id) }
}

function prepareOne(change: Change): Prepared {
  if (change.kind === 'delete') return change
  const text = change.kind === 'write' ? change.text.length : 0
  const inside = (change.contained ?? []).map((one) => {
    const held = `${one.type}#${one.id}`
    return { ...placeOf(change, held), held, facts: factsOf(change, one.entries, 0) }
  })
  const holds = BSON.calculateObjectSize({ holds: inside.map(({ held }) => held) })
  return { ...change, facts: factsOf(change, change.entries, text + holds, LISTED_BY[change.type]), inside }
}

/** What is found by entries, in a document that has so many other bytes. */
function factsOf(change: Change, entries: readonly IndexEntry[], others: number, date?: string): IndexFacts {
  refuseTooLarge(change, others + patientKeyBytes(entries))
  const facts = indexFacts(entries, date)
  refuseTooLarge(change, others + BSON.calculateObjectSize(facts))
  return facts
}

function refuseTooLarge({ type, id }: Change, fields: number): void {
  const bytes = fields + OWN_BYTES
  if (bytes <= DOCUMENT_BYTES) return
  const words = `${type}/${id} has ${bytes} bytes with what it is found by, more than the database takes of one resource (${DOCUMENT_BYTES}).`
  throw FhirError.of('too-large', words)
}

import { FhirError } from '../../resources/fhir-error.ts'
import type { AuditEntry, AuditOutcome, AuditRecord } from '../../resources/store/audit.ts'
import { type CompactDeed, compactOf, deedOf } from './compact.ts'
import type { Deed, DeedPart, RecordedDeed } from './deed.ts'
import { keysOf, keysOfPart, patientKey, tallyText, UNCOUNTED } from './keys.ts'
import { type Piece, pieces } from './pieces.ts'

/** Bytes of a record's text. */
export const MOST_TEXT = 256 * 1024

/** Keys of a record. */
export const MOST_KEYS = 2_000

/**
 * The records of a deed, in their order: one, or as many as it takes to keep each within the store's bounds. `changes` are
 * the places in `Unit.changes` of those parts that are `written`, in the order of the parts; throws where there are more or
 * fewer. Throws `too-large` for an AuditEvent from elsewhere that is too long for a record.
 */
export function encodeDeed(deed: Deed, changes: readonly number[] = []): AuditEntry[] {
  if (countWritten(deed) !== changes.length) {
    throw new Error('not as many changes as parts that are written')
  }
  const only = entryOf({ deed, changes }, false)
  if (isWithin(only)) return [only]
  return pieces(deed, changes).map((piece, at) => {
    const entry = entryOf(piece, at > 0)
    if (!isWithin(entry)) throw FhirError.of('too-large', 'This AuditEvent is too large to be kept.')
    return entry
  })
}

/** The keys that a record of this text is written with. Throws where it is no text of `encodeDeed`. */
export function keysInText(text: string): string[] {
  return allKeysOf(deedOf(JSON.parse(text) as CompactDeed))
}

function allKeysOf(deed: Deed): string[] {
  const { parts = [], patients = [] } = deed
  const keys = new Set(keysOf(deed))
  for (const part of parts) for (const key of keysOfPart(part)) keys.add(key)
  for (const patient of patients) keys.add(patientKey(patient))
  return [...keys]
}

function countWritten({ parts = [] }: Deed): number {
  let count = 0
  for (const { written } of parts) if (written) count++
  return count
}

function entryOf({ deed, changes }: Piece, further: boolean): AuditEntry {
  const entry: AuditEntry = {
    text: JSON.stringify(compactOf(deed, further)),
    keys: allKeysOf(deed),
    tally: further ? UNCOUNTED : tallyText(deed),
  }
  if (changes.length > 0) entry.changes = changes
  return entry
}

function isWithin({ text, keys }: AuditEntry): boolean {
  return keys.length <= MOST_KEYS && Buffer.byteLength(text) <= MOST_TEXT
}

/** What a record says; parts that were written have their versions. Throws where its text is none of `encodeDeed`. */
export function decodeRecord({ key, recorded, chain, number, hash, text, outcomes }: AuditRecord): RecordedDeed {
  const deed = deedOf(JSON.parse(text) as CompactDeed)
  const { parts } = deed
  return {
    ...deed,
    ...(parts ? { parts: withOutcomes(parts, outcomes) } : {}),
    key,
    recorded,
    chain,
    number,
    hash,
  }
}

/** A write says what it was meant to be; the store knows whether it made something that was not there. */
function withOutcomes(parts: readonly DeedPart[], outcomes: readonly AuditOutcome[]): DeedPart[] {
  let next = 0
  return parts.map((part) => {
    if (!part.written) return part
    const { written: _, ...rest } = part
    const outcome = outcomes[next++]
    if (!outcome) return rest
    const { version, created } = outcome
    return { ...rest, version, ...(created ? { action: 'C' as const } : {}) }
  })
}

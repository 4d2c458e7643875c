import { FhirError } from '../fhir-error.ts'
import type { StateChange, StateEntry } from './state.ts'

/** Bytes of a value as JSON text at the most: with its key and aliases it has to fit into a document of MongoDB. */
export const MOST_STATE_BYTES = 8 * 1024 * 1024

/** The last moment that a Date has, in ms since 1970. */
const LAST_MOMENT = 8.64e15

/** A put as stores keep it: its value as JSON text. */
export interface StatePut {
  kind: 'put'
  of: string
  key: string
  text: string
  expires?: number
  /** Each once. */
  aliases: string[]
  expect?: number | 'absent'
}

export type StateRecordChange = StatePut | Extract<StateChange, { kind: 'remove' }>

/** What decides whether an entry is there. */
export interface StateHead {
  revision: number
  expires?: number
}

/**
 * Changes as stores keep them. Throws FhirError `too-large` for a value past `MOST_STATE_BYTES`, and a TypeError for one that
 * is no JSON or a kind with a slash, all without a word of it: what is kept so may be secret.
 */
export function stateRecords(changes: readonly StateChange[]): StateRecordChange[] {
  return changes.map((change) => {
    if (change.of.includes('/')) throw new TypeError(`a kind of state has no slash: ${change.of}`)
    return change.kind === 'remove' ? change : putOf(change)
  })
}

/** The revision that is there for whoever asks now, 0 for none: what has expired is not there. */
export function liveRevision(head: StateHead | undefined, now: number): number {
  return head === undefined || (head.expires !== undefined && head.expires <= now) ? 0 : head.revision
}

/** Whether what a change expects is so, where this revision is there (0 for none). */
export function isExpected({ expect }: StateRecordChange, revision: number): boolean {
  if (expect === undefined) return true
  if (expect === 'absent') return revision === 0
  if (expect === 'present') return revision > 0
  return revision === expect
}

/** An entry from what a store keeps. */
export function stateEntry(
  key: string,
  { text, revision, expires, aliases }: StateHead & { text: string; aliases: string[] },
): StateEntry {
  const value = JSON.parse(text) as unknown
  return { key, value, revision, ...(expires === undefined ? {} : { expires }), aliases }
}

function putOf({ of, key, value, expires, aliases = [], expect }: Extract<StateChange, { kind: 'put' }>): StatePut {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError(`a value of state ${of} is no JSON`)
  if (Buffer.byteLength(text) > MOST_STATE_BYTES) {
    throw FhirError.of('too-large', `What is to be kept has more than ${MOST_STATE_BYTES} bytes.`)
  }
  return {
    kind: 'put',
    of,
    key,
    text,
    aliases: [...new Set(aliases)],
    ...(expires === undefined ? {} : { expires: Math.min(Math.trunc(expires), LAST_MOMENT) }),
    ...(expect === undefined ? {} : { expect }),
  }
}

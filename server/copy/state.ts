import { createHash } from 'node:crypto'
import type { Archive } from '../../resources/store/archive.ts'
import type { Store } from '../../resources/store/port.ts'

/** The note of a store that is made by a copy. */
export const COPY_NOTE = 'copy'

/** How far a copy is, as the store that it is made in keeps it. */
export interface CopyState {
  /** Tells the source from any other (`sourceOf`). */
  source: string
  /** For people: the source, without secrets. */
  name: string
  /** Behind which version, name of work that was done, and record of the audit log to go on. */
  versions?: string
  done?: string
  audit?: string
  started: string
  finished?: string
}

/** What a store notes of a copy that it was made by; undefined when it was not. */
export async function copyState(store: Store): Promise<CopyState | undefined> {
  const note = await store.note(COPY_NOTE)
  return note === undefined ? undefined : (JSON.parse(note) as CopyState)
}

/** Tells a store from any other: by its kind, since positions are of a kind, and by a key that no other one has. */
export async function sourceOf(kind: string, archive: Archive): Promise<string> {
  const { links } = await archive.secrets()
  const digest = createHash('sha256').update(links ?? '')
  return `${kind} ${digest.digest('base64url')}`
}

/** Throws an Error with words when the store is the beginning of a copy: it has not all that it should have. */
export async function refuseUnfinished(store: Store, storeName: string): Promise<void> {
  const state = await copyState(store)
  if (!state || state.finished !== undefined) return
  throw new Error(
    `${storeName} is an unfinished copy of ${state.name}: run \`npm run fhir -- copy\` again with the same places, or remove it`,
  )
}

/**
 * The secrets that a copy carries: all but the key of page links. A link says where to go on in an order that is the store's
 * own; sealed by another key it is refused, where it would lose or repeat resources.
 */
export async function carriedSecrets(archive: Archive): Promise<Record<string, Buffer>> {
  const { links: _, ...carried } = await archive.secrets()
  return carried
}

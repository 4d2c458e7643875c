import type { AuditChainHead, ChainedRecord } from './audit.ts'
import type { ContainedResource, IndexEntry, StoredVersion } from './port.ts'
import type { StateEntry } from './state.ts'

/** A version with what its place among the others tells. */
export interface ArchivedVersion extends StoredVersion {
  /** Whether there was no live resource before it. */
  created: boolean
  /** When the next version took its place, in ms since 1970; undefined of what is current. */
  until: number | undefined
}

/** A version and its place: among those of its moment, by a number that grows, and where to go on behind it. */
export interface PlacedVersion extends ArchivedVersion {
  order: number
  position: string
}

/** A version to be written as it is, with its `order` of `PlacedVersion`. Of a current one with what it is found by and what it contains: none for a deletion. */
export interface RestoredVersion extends ArchivedVersion {
  order: number
  entries: IndexEntry[]
  contained?: ContainedResource[]
}

/** The name of work that was done (`Unit.onceKey`), and when, in ms since 1970. */
export interface DoneKey {
  key: string
  at: number
}

/** An entry of state with its kind. */
export interface ArchivedState extends StateEntry {
  kind: string
}

/** A record of the audit log as it is kept, with what it is counted under. */
export interface ArchivedRecord extends ChainedRecord {
  tally: string
}

/** What a store takes for current of a resource, as its searches and reads do. */
export interface Head {
  id: string
  version: number
  lastUpdated: number
  live: boolean
}

/** What is written in one transaction. */
export interface ArchivePart {
  /** In the order of `Archive.versions`; of one resource, the later behind the earlier. */
  versions?: readonly RestoredVersion[]
  done?: readonly DoneKey[]
  secrets?: Readonly<Record<string, Buffer>>
  notes?: Readonly<Record<string, string>>
  state?: readonly ArchivedState[]
  /** In the order of `Archive.audit`, and behind all that were written so before. */
  audit?: readonly ArchivedRecord[]
  /** How chains of such records end. */
  chains?: readonly AuditChainHead[]
}

/**
 * All that a store keeps, to be carried to another one as it is: what `Store.commit` would give new numbers and times. What
 * a store keeps in streams is read from a position on; a further stream is one more of them here, and one more list of
 * `ArchivePart`. What is found is made anew by who restores, as for a write; records of the audit log keep their fingerprints.
 */
export interface Archive {
  /** All versions from behind a position on: the older first, those of one resource in the order of their numbers. */
  versions(after?: string): AsyncIterable<PlacedVersion>
  /** Names of work that was done, in their order as UTF-8, from behind one on. */
  done(after?: string): AsyncIterable<DoneKey>
  secrets(): Promise<Record<string, Buffer>>
  /** All notes but those that a store has of itself. */
  notes(): Promise<Record<string, string>>
  /** All that has not expired of what the server keeps besides resources: of each kind in the order of the keys. */
  state(): AsyncIterable<ArchivedState>
  /** All records of the audit log in the order of their keys, from behind one on. */
  audit(after?: string): AsyncIterable<ArchivedRecord>
  /** Types that have versions, in alphabetical order. */
  types(): Promise<string[]>
  /** All versions of a type by id, the newest of each first. */
  sorted(type: string): AsyncIterable<ArchivedVersion>
  /** What is current of each resource of a type, deleted ones too, by id. */
  heads(type: string): AsyncIterable<Head>
  /**
   * Writes a part, all or nothing and durably. What of it is there already is a fault, but for secrets, notes and
   * state, which are replaced, and the ends of chains. An embedded store takes no records once it has some of its own. Throws CommitRefused where something else writes the same, FhirError as `Store.commit` does.
   */
  restore(part: ArchivePart): Promise<void>
}

import type { AuditEntry, AuditLog } from './audit.ts'
import type { Shared } from './shared.ts'
import type { State, StateChange } from './state.ts'

/** How a version came to be; history tells it as Bundle.entry.request.method. */
export type Method = 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One version of a resource as the store keeps it. */
export interface StoredVersion {
  type: string
  id: string
  version: number
  /** Milliseconds since 1970, as meta.lastUpdated has it. */
  lastUpdated: number
  method: Method
  /** The JSON text in UTF-8, id and meta written in; undefined for a deletion. */
  text: Buffer | undefined
}

/**
 * A searchable value of a resource. `system` is '' for a token without one; strings are kept folded and as written;
 * `reference` is one to this server, all others are `uri`. A `range` is from `low` to `high`: moments in ms since 1970,
 * `high` being the first that is no part of it, or numbers, both included; of quantities `unit` is their unit in the form
 * that searches use (`search/types/quantity.ts`), else ''. `group` tells the values of one element from those of
 * another, where a composite parameter asks for both in the same. `words` are folded, of letters and digits, each once with
 * a space between.
 */
export type IndexEntry =
  | [kind: 'token', param: string, system: string, code: string, group?: number]
  | [kind: 'string', param: string, folded: string, exact: string, group?: number]
  | [kind: 'reference', param: string, type: string, id: string, group?: number]
  | [kind: 'uri', param: string, uri: string, group?: number]
  | [kind: 'range', param: string, unit: string, low: number, high: number, group?: number]
  | [kind: 'words', param: '_text' | '_content', words: string]

/**
 * A resource that stands inside another, its container (R4 references, "Contained Resources"): by its id within that, and
 * what it is found by. A container has one of a type and an id at the most.
 */
export interface ContainedResource {
  type: string
  id: string
  entries: IndexEntry[]
}

/**
 * What must be true of a resource at the moment of the commit. `absent`: there is no such resource, or a deleted one.
 * With `retry` nobody asked for the version: it is what the change was made from, and one that is no longer current
 * refuses the unit as outdated.
 */
export type Expectation = { version: number; retry?: true } | 'absent'

/**
 * A resource to be written. `contained` are those inside it, none where it is absent; they take the place of those that its
 * version before had, as its deletion takes them away. They are found by searches for contained resources alone
 * (`search/searcher.ts`): reading, history, scan and all other searches know nothing of them.
 */
export interface WriteChange {
  kind: 'write'
  method: Exclude<Method, 'DELETE'>
  type: string
  id: string
  /** JSON text with everything but versionId and lastUpdated, which the store writes in at `metaAt`. */
  text: Buffer
  metaAt: number
  entries: IndexEntry[]
  contained?: ContainedResource[]
  expect?: Expectation
}

/** A resource to be deleted; one that is not there stays so. */
export interface DeleteChange {
  kind: 'delete'
  type: string
  id: string
  expect?: Expectation
}

/** New index entries of a version that stays as it is, and of what it contains; left alone when it is no longer the current one. */
export interface IndexChange {
  kind: 'index'
  type: string
  id: string
  version: number
  entries: IndexEntry[]
  contained?: ContainedResource[]
  expect?: never
}

export type Change = WriteChange | DeleteChange | IndexChange

/** A search that the store can repeat inside a commit. Made by the searcher that fits the store, opaque to others. */
export interface Selection {
  readonly selection: 'sqlite' | 'mongo'
}

/** Holds when the selection still matches these ids, and no others. */
export interface Guard {
  selection: Selection
  ids: string[]
}

/** Changes that are committed all or not at all. */
export interface Unit {
  changes: Change[]
  guards: Guard[]
  /** Names the work, which is then done once: a second unit of this name is refused as `repeated`. */
  onceKey?: string
  /** Notes of those who work on the store, by name: committed with the rest, read by `Store.note`. */
  notes?: Record<string, string>
  /** What the server keeps besides resources, in the order of these changes; decided before `changes` are. */
  state?: StateChange[]
  /** Records for the audit log, in this order: they are there when the unit is committed, and only then. */
  audit?: readonly AuditEntry[]
  /** A lease (`shared.ts`) that this process has to have still; else the unit is refused as `outdated`. */
  lease?: string
}

/** What became of a change. A deletion of nothing has version 0. */
export interface Outcome {
  version: number
  lastUpdated: number
  /** Whether there was no live resource before. */
  created: boolean
}

/**
 * Why a unit was not committed. `expectation`: one did not hold (`at` is the change's place in the unit, `current` the
 * version that stands there, 0 for none). `outdated`: what it was made from is no longer so, and the caller begins again.
 * `repeated`: its work was done before. `state`: what a change of state expects is not so (`at` its place in `Unit.state`,
 * `current` the revision that is there, 0 for none).
 */
export type RefusalReason = 'expectation' | 'outdated' | 'repeated' | 'state'

/** A unit that was not committed; nothing of it remains. */
export class CommitRefused extends Error {
  readonly reason: RefusalReason
  readonly at: number
  readonly current: number

  constructor(reason: RefusalReason, at = -1, current = 0) {
    super(`commit refused: ${reason}`)
    this.name = 'CommitRefused'
    this.reason = reason
    this.at = at
    this.current = current
  }
}

/** Of which resources a history is asked: all, those of a type, or one. */
export interface HistoryScope {
  type?: string
  id?: string
}

export interface HistoryQuery {
  /** Only versions made at or after this moment (ms). */
  since?: number
  /** Only versions that were the current one at some moment of this period (ms, end excluded). */
  at?: { start: number; end: number }
  /** Only versions older than this position. */
  before?: string
}

/** A version and its place in the order of all commits, for the store to read again. */
export interface HistoryEntry extends StoredVersion {
  position: string
  /** Whether there was no live resource before it. */
  created: boolean
}

/** `more`: older ones follow. A page ends early where its texts grow past what one answer should hold. */
export interface HistoryPage {
  entries: HistoryEntry[]
  more: boolean
}

/** A live resource, and its place in a scan of all. */
export interface ScanEntry extends StoredVersion {
  text: Buffer
  position: string
}

/** Bytes of texts after which a page of history or of a search ends early. */
export const PAGE_BYTES = 32 * 1024 * 1024

/** How long the name of work that was done is kept at least, in ms: a client that tries again does so sooner. */
export const DONE_KEPT = 90 * 24 * 60 * 60 * 1000

/** `links` seals the links of pages. */
export type SecretName = 'links'

/** What keeps resources and their versions. Two adapters, one contract suite (`test/contract`). */
export interface Store {
  /** What this process and others on the store agree by; absent where there are no others. */
  readonly shared?: Shared
  /** What the server keeps that is no resource. */
  readonly state: State
  readonly audit: AuditLog
  /** The current version, which may be a deletion; undefined when there never was one. */
  read(type: string, id: string): Promise<StoredVersion | undefined>
  readVersion(type: string, id: string, version: number): Promise<StoredVersion | undefined>
  /** Newest first, `count` at the most. */
  history(scope: HistoryScope, query: HistoryQuery, count: number): Promise<HistoryPage>
  countHistory(scope: HistoryScope, query: HistoryQuery): Promise<number>
  /**
   * Commits a unit durably and answers one outcome a change. Throws CommitRefused, or FhirError `unavailable` when
   * the store cannot write.
   */
  commit(unit: Unit): Promise<Outcome[]>
  /** Whether a unit of this `onceKey` was committed. */
  wasDone(onceKey: string): Promise<boolean>
  /** Live resources in an order of the store's own that writes do not disturb, from behind a position on. */
  scan(after: string | undefined, count: number): Promise<ScanEntry[]>
  /** A note, as committed last. */
  note(name: string): Promise<string | undefined>
  /** A random key of 32 bytes that all processes on this store share; the same for the same name. */
  secret(name: SecretName): Promise<Buffer>
  /** Whether it can answer now. */
  ready(): boolean
  /** Finishes what is under way and closes. */
  close(): Promise<void>
}

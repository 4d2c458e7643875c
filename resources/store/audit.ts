/**
 * The audit log: who did what, as records that are written once and never changed. They are durable when a commit that has them
 * (`Unit.audit`) is, each with the SHA-256 of what it says and of the record before it in its chain (`audit-hash.ts`). Stores
 * know nothing of what a record says: to them it is a text, and the keys that it is found by.
 */
export interface AuditLog {
  /** undefined where there is none, or it was archived and dropped. */
  read(key: string): Promise<AuditRecord | undefined>
  /** `count` at the most, in the order of keys, from behind `query.after` on. */
  find(query: AuditQuery, count: number): Promise<AuditRecord[]>
  /** How many records there are of each day and tally, of days (`2026-11-28`, UTC) from `first` to `last`, both included. */
  tallies(first: string, last: string): AsyncIterable<AuditTally>
  /** All chains, with the number and hash of their last records: as they were written along with these. */
  chains(): Promise<AuditChainHead[]>
  /** Records of one chain in order, from behind a number on; for proof that it is whole. */
  chain(chain: string, after: number, count: number): Promise<ChainedRecord[]>
  /** The months (`2026-11`, UTC) that there are records of, the first first. */
  months(): Promise<string[]>
  /** Removes a month's records, their keys and tallies; chains keep their heads. */
  drop(month: string): Promise<void>
}

/** A record to be written. */
export interface AuditEntry {
  /** JSON, of 256 KiB at the most. */
  text: string
  /** What it is found by, each once, 2,000 at the most. */
  keys: readonly string[]
  /** What it is counted under, by day. */
  tally: string
  /** Places in `Unit.changes` of which the outcomes are to be kept with it, in this order. */
  changes?: readonly number[]
}

/** What became of a change, as a record keeps it. */
export interface AuditOutcome {
  version: number
  created: boolean
}

export interface AuditRecord {
  /**
   * Its name in the log: `auditKey` (`audit-key.ts`) of its time, chain and number, in all stores, so that a copy keeps it. In the
   * order of keys records stand by their time, those of one chain in the order of the chain. Only its letters below `~`:
   * `after: '~'` is behind all.
   */
  key: string
  /** ms since 1970, when it was written; never earlier than that of the record before it in its chain. */
  recorded: number
  text: string
  /** Those of `AuditEntry.changes`, in their order. */
  outcomes: AuditOutcome[]
  /** Which chain it stands in, and at which place: 1, 2, 3 … without gaps. */
  chain: string
  number: number
  /** SHA-256 in hexadecimal. */
  hash: string
}

/** A record with what it is found by as the store has it, for proof that nothing of it was changed. */
export interface ChainedRecord extends AuditRecord {
  /** Fingerprints (`audit-hash.ts`) of its keys, in ascending order, as its index has them. */
  indexed: string[]
}

export interface AuditQuery {
  /** Of each list one key must be there. Without lists, all records. An empty list finds nothing. */
  keys: readonly (readonly string[])[]
  /** ms since 1970: recorded at or after, and before. */
  from?: number
  to?: number
  /** The latest first. */
  descending?: boolean
  /** Only records behind this key, in the order asked for. */
  after?: string
}

export interface AuditTally {
  day: string
  tally: string
  count: number
}

export interface AuditChainHead {
  chain: string
  number: number
  hash: string
}

import { randomBytes } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ArchivedRecord } from '../archive.ts'
import type { AuditChainHead, AuditEntry } from '../audit.ts'
import { fingerprints, NO_HASH, recordHash } from '../audit-hash.ts'
import { monthOf } from '../audit-key.ts'
import type { Outcome } from '../port.ts'
import { RestoredChains } from './audit-archive.ts'
import { AuditIndex, type IndexSizes } from './audit-index.ts'
import { monthSchema, monthTables } from './audit-layout.ts'
import { AuditPlaces } from './audit-places.ts'
import { keptOutcome } from './audit-record.ts'

/** The row of `audit_chain` that this store's own records stand in. */
const OWN = 1

/** The last record: its place in the order of all and in its chain, when it was written, and its hash. */
interface Head {
  seq: number
  number: number
  recorded: number
  hash: string
}

/** Writes the audit log, on the writer thread: what is appended is numbered and hashed there, in the transaction. */
export class AuditRows {
  private readonly database: DatabaseSync
  private readonly chain: string
  private readonly updateHead: StatementSync
  private readonly insertMonth: StatementSync
  private readonly tallies: TallyNames
  private readonly restored: RestoredChains
  private readonly index: AuditIndex
  private head: Head
  /** As of the last commit. */
  private durable: Head
  private month: { until: number; insert: StatementSync } | undefined

  constructor(database: DatabaseSync, sizes?: IndexSizes) {
    this.database = database
    this.tallies = new TallyNames(database)
    this.restored = new RestoredChains(database)
    this.index = new AuditIndex(database, sizes)
    database
      .prepare("INSERT OR IGNORE INTO audit_chain (id, name, number, recorded, hash) VALUES (?, ?, 0, 0, x'')")
      .run(OWN, `s${randomBytes(6).toString('hex')}`)
    this.updateHead = database.prepare(
      'UPDATE audit_chain SET number = ?, recorded = ?, hash = ?, base = ? WHERE id = ?',
    )
    this.insertMonth = database.prepare('INSERT OR IGNORE INTO audit_month (month, first) VALUES (?, ?)')
    const own = database.prepare('SELECT name, number, recorded, hash, base FROM audit_chain WHERE id = ?').get(OWN)!
    this.chain = String(own.name)
    const number = Number(own.number)
    this.durable = {
      seq: number === 0 ? lastSeq(database) : Number(own.base) + number,
      number,
      recorded: Number(own.recorded),
      hash: number === 0 ? NO_HASH : Buffer.from(own.hash as Uint8Array).toString('hex'),
    }
    this.head = this.durable
  }

  /**
   * Appends records, all or (when it throws) none: the caller then rolls back what was written of them. `clock`: ms since 1970;
   * `recorded` never goes back, whatever it says.
   */
  append(entries: readonly AuditEntry[], outcomes: readonly Outcome[], clock: number): void {
    let { head } = this
    for (const entry of entries) head = this.appendOne(entry, outcomes, head, Math.max(head.recorded, clock))
    this.head = head
  }

  /**
   * Puts in records of other stores as they are, in the order of their keys, and notes how their chains end: before this store
   * has records of its own, which come behind them.
   */
  restore(records: readonly ArchivedRecord[] = [], chains: readonly AuditChainHead[] = []): void {
    if (records.length > 0 && this.head.number > 0) throw new Error('the audit log has records of its own')
    let { seq, recorded } = this.head
    for (const record of records) {
      if (record.recorded < recorded) throw new Error('records of the audit log are not in order')
      seq++
      recorded = record.recorded
      this.insert(seq, this.restored.idOf(record.chain), record)
    }
    for (const end of chains) this.restored.endOf(end)
    if (records.length > 0) this.head = { ...this.head, seq, recorded }
  }

  /** Removes a month's records; the chains keep their heads. */
  drop(month: string): void {
    this.database.exec(`DROP TABLE IF EXISTS ${monthTables(month).records}`)
    this.index.forget(month)
    this.database.prepare('DELETE FROM audit_month WHERE month = ?').run(month)
    this.month = undefined
  }

  /** Writes the chain's head, at the end of the transaction. */
  flush(): void {
    const { seq, number, recorded, hash } = this.head
    if (this.head === this.durable) return
    this.updateHead.run(number, recorded, Buffer.from(hash, 'hex'), seq - number, OWN)
  }

  /** What was appended is durable. */
  committed(): void {
    this.durable = this.head
  }

  /** Indexes what was appended, between transactions. */
  catchUp(): void {
    this.index.catchUp(this.durable.seq)
  }

  /** The transaction is void, and all that was appended in it. */
  rolledBack(): void {
    this.head = this.durable
    this.forget()
  }

  /** After a rollback of any kind: tables and numbers made in it are void. */
  forget(): void {
    this.month = undefined
    this.tallies.forget()
  }

  private appendOne(entry: AuditEntry, outcomes: readonly Outcome[], before: Head, recorded: number): Head {
    const { text, keys, tally, changes } = entry
    const seq = before.seq + 1
    const number = before.number + 1
    const indexed = fingerprints(keys)
    const became = changes?.map((at) => outcomeAt(outcomes, at)) ?? []
    const hashed = { chain: this.chain, number, recorded, text, outcomes: became, indexed }
    const hash = recordHash(before.hash, hashed)
    this.insert(seq, OWN, { ...hashed, tally, hash })
    return { seq, number, recorded, hash }
  }

  private insert(seq: number, chain: number, record: Omit<ArchivedRecord, 'key'>): void {
    const { number, recorded, text, tally, outcomes, hash, indexed } = record
    const kept = outcomes.length === 0 ? null : JSON.stringify(outcomes.map(keptOutcome))
    const bytes = [Buffer.from(hash, 'hex'), Buffer.from(indexed.join(''), 'hex')] as const
    const { insert } = this.monthAt(recorded, seq)
    insert.run(seq, recorded, chain, number, this.tallies.idOf(tally), ...bytes, kept, text)
  }

  private monthAt(recorded: number, seq: number): { insert: StatementSync } {
    if (this.month && recorded < this.month.until) return this.month
    const month = monthOf(recorded)
    const { records } = monthTables(month)
    if (this.insertMonth.run(month, seq).changes > 0) this.database.exec(monthSchema(month))
    const insert = this.database.prepare(
      `INSERT INTO ${records} (seq, recorded, chain, number, tally, hash, keys, outcomes, text)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    const [year, at] = month.split('-').map(Number)
    this.month = { until: Date.UTC(year!, at!), insert }
    return this.month
  }
}

/** The dictionary of tallies. */
class TallyNames {
  private readonly select: StatementSync
  private readonly insert: StatementSync
  private readonly ids = new Map<string, number>()

  constructor(database: DatabaseSync) {
    this.select = database.prepare('SELECT id FROM audit_tally WHERE name = ?')
    this.insert = database.prepare('INSERT INTO audit_tally (name) VALUES (?)')
  }

  idOf(name: string): number {
    const known = this.ids.get(name)
    if (known !== undefined) return known
    const row = this.select.get(name)
    const id = Number(row ? row.id : this.insert.run(name).lastInsertRowid)
    if (this.ids.size >= 10_000) this.ids.clear()
    this.ids.set(name, id)
    return id
  }

  forget(): void {
    this.ids.clear()
  }
}

/** The last place that was given before this store had records of its own: those of others may have been put in. */
function lastSeq(database: DatabaseSync): number {
  const places = new AuditPlaces(database)
  const last = places.months().at(-1)
  return last ? Math.max(places.lastIn(last.month), last.first - 1) : 0
}

function outcomeAt(outcomes: readonly Outcome[], at: number): Outcome {
  const outcome = outcomes[at]
  if (!outcome) throw new Error(`the unit of an audit record has no change ${at}`)
  return outcome
}

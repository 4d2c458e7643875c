import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { stamped } from '../../json/stamp.ts'
import {
  type Change,
  CommitRefused,
  type Guard,
  type IndexChange,
  type Method,
  type Outcome,
  type WriteChange,
} from '../port.ts'
import { AuditRows } from './audit-rows.ts'
import { ContainedRows } from './contained-rows.ts'
import { Dictionary } from './dictionary.ts'
import { EntryRows } from './entry-rows.ts'
import { BOUND_LIMIT } from './limit.ts'
import type { Restoration, WriterUnit } from './message.ts'
import { methodNumber } from './methods.ts'
import { Names } from './names.ts'
import { RestoredRows } from './restored-rows.ts'
import { type ResourceRow, ResourceRows } from './rows.ts'
import type { SqliteSelection } from './selection.ts'
import { StateRows } from './state-rows.ts'
import { StatementCache } from './statement-cache.ts'

/** The last moment that a FHIR instant can name: the end of the year 9999. */
const LAST_INSTANT = Date.UTC(10_000, 0, 1) - 1

/** Applies units to the database, inside a transaction that the caller opens and ends. */
export class Applier {
  readonly audit: AuditRows
  private readonly statements: StatementCache
  private readonly names: Names
  private readonly dictionary: Dictionary
  private readonly resources: ResourceRows
  private readonly entries: EntryRows
  private readonly contained: ContainedRows
  private readonly restored: RestoredRows
  private readonly state: StateRows
  private readonly insertVersion: StatementSync
  private readonly insertDone: StatementSync
  private readonly insertNote: StatementSync
  private seq: number
  private clock: number

  constructor(database: DatabaseSync) {
    this.statements = new StatementCache(database)
    this.names = new Names(database)
    this.dictionary = new Dictionary(database)
    this.resources = new ResourceRows(database, this.names)
    this.entries = new EntryRows(database, this.names, this.dictionary, this.resources)
    this.contained = new ContainedRows(database, this.names, this.resources, this.entries)
    const { names, resources, entries, contained } = this
    this.restored = new RestoredRows(database, { names, resources, entries, contained })
    this.state = new StateRows(database)
    this.audit = new AuditRows(database)
    this.insertVersion = database.prepare(
      'INSERT INTO version (seq, rid, type, version, updated, method, text) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.insertDone = database.prepare('INSERT OR IGNORE INTO done (key, at) VALUES (?, ?)')
    this.insertNote = database.prepare('INSERT OR REPLACE INTO note (name, value) VALUES (?, ?)')
    const last = database.prepare('SELECT seq, updated FROM version ORDER BY seq DESC LIMIT 1').get()
    this.seq = Number(last?.seq ?? 0)
    this.clock = Number(last?.updated ?? 0)
  }

  /** Applies one unit; throws CommitRefused, after which the caller rolls back and calls `backTo`. */
  apply(unit: WriterUnit): Outcome[] {
    // lastUpdated never goes back, whatever the machine's clock does: history and _since rely on the order.
    this.clock = Math.min(Math.max(this.clock, Date.now()), LAST_INSTANT)
    if (unit.onceKey !== undefined && this.insertDone.run(unit.onceKey, this.clock).changes === 0) {
      throw new CommitRefused('repeated')
    }
    for (const guard of unit.guards) this.check(guard)
    for (const [name, value] of Object.entries(unit.notes ?? {})) this.insertNote.run(name, value)
    this.restored.done(unit.done)
    this.restored.secrets(unit.secrets)
    this.state.restore(unit.restoredState ?? [])
    this.state.apply(unit.state ?? [])
    if (unit.dropMonth !== undefined) this.audit.drop(unit.dropMonth)
    const outcomes = unit.changes.map((change, at) => this.applyChange(change, at))
    this.audit.restore(unit.restoredAudit, unit.chains)
    this.audit.append(unit.audit ?? [], outcomes, this.clock)
    return outcomes
  }

  /** Where `backTo` goes. */
  get mark(): number {
    return this.entries.words.mark
  }

  /** After a rollback to a mark: what was done since is void. */
  backTo(mark: number): void {
    this.entries.words.keep(mark)
    this.forget()
  }

  /** Writes what waits for the end of the transaction, or for a unit whose guards look for it. */
  flush(): void {
    this.entries.words.flush()
    this.audit.flush()
  }

  /** After a rollback: numbers given in it are void. */
  private forget(): void {
    this.names.forget()
    this.dictionary.forget()
    this.resources.forget()
    this.audit.forget()
  }

  private check(guard: Guard): void {
    const { sql, values } = guard.selection as SqliteSelection
    const rows = this.statements.prepare(`${sql} LIMIT ${BOUND_LIMIT}`).all(...values, guard.ids.length + 1)
    const found = rows.map((row) => String(row.id)).sort()
    const expected = [...guard.ids].sort()
    if (found.length !== expected.length || found.some((id, at) => id !== expected[at])) {
      throw new CommitRefused('outdated')
    }
  }

  private applyChange(change: Change | Restoration, at: number): Outcome {
    if (change.kind === 'version') return this.restore(change)
    const type = this.names.typeId(change.type)
    const row = this.resources.find(type, change.id)
    const live = row?.live ?? false
    const { expect } = change
    if (expect === 'absent' ? live : expect && (!live || row?.version !== expect.version)) {
      const reason = typeof expect === 'object' && expect.retry ? 'outdated' : 'expectation'
      throw new CommitRefused(reason, at, live ? row!.version : 0)
    }
    if (change.kind === 'index') return this.index(change, type, row)
    if (change.kind === 'write') return this.write(change, type, row ?? this.resources.add(type, change.id))
    if (!row || !live) return { version: row?.version ?? 0, lastUpdated: this.clock, created: false }
    this.addVersion(row, type, 'DELETE', null)
    this.entries.replace(row.rid, type, [], true)
    this.contained.replace({ ...change, row })
    return { version: row.version + 1, lastUpdated: this.clock, created: false }
  }

  private index(change: IndexChange, type: number, row: ResourceRow | undefined): Outcome {
    if (row?.live && row.version === change.version) {
      this.entries.replace(row.rid, type, change.entries, true)
      this.contained.replace({ ...change, row }, change.contained)
    }
    return { version: row?.version ?? 0, lastUpdated: this.clock, created: false }
  }

  private write(change: WriteChange, type: number, row: ResourceRow): Outcome {
    const version = row.version + 1
    this.addVersion(row, type, change.method, stamped(change.text, change.metaAt, version, this.clock))
    this.entries.replace(row.rid, type, change.entries, row.live)
    this.contained.replace({ ...change, row }, change.contained)
    return { version, lastUpdated: this.clock, created: !row.live }
  }

  private restore(version: Restoration): Outcome {
    this.clock = Math.max(this.clock, version.lastUpdated)
    this.restored.version(version, ++this.seq)
    return version
  }

  private addVersion(row: ResourceRow, type: number, method: Method, text: Buffer | null): void {
    const version = row.version + 1
    this.seq++
    this.insertVersion.run(
      this.seq,
      row.rid,
      type,
      version,
      this.clock,
      methodNumber(method, !row.live && text !== null),
      text,
    )
    this.resources.point(row.rid, this.seq, version, this.clock, text !== null)
  }
}

import type { DatabaseSync } from 'node:sqlite'
import { Pace } from '../../pace.ts'
import type { AuditChainHead, AuditLog, AuditQuery, AuditRecord, AuditTally, ChainedRecord } from '../audit.ts'
import { AuditFind } from './audit-find.ts'
import { IndexedKeys } from './audit-indexed.ts'
import { type AuditMonth, dayName, dayNumber, firstDay, monthTables, RESTORED } from './audit-layout.ts'
import { AuditPlaces } from './audit-places.ts'
import { hex, type RecordRow, recordOf, recordsOf } from './audit-record.ts'
import { BOUND_LIMIT } from './limit.ts'
import { StatementCache } from './statement-cache.ts'

/** The audit log, read on the thread that asks, by a connection of its own. */
export class SqliteAudit implements AuditLog {
  private readonly database: DatabaseSync
  private readonly dropMonth: (month: string) => Promise<void>
  private readonly places: AuditPlaces
  private readonly statements: StatementCache

  /** `dropMonth` has the writer thread remove one. */
  constructor(database: DatabaseSync, dropMonth: (month: string) => Promise<void>) {
    this.database = database
    this.dropMonth = dropMonth
    this.places = new AuditPlaces(database)
    this.statements = new StatementCache(database)
  }

  async read(key: string): Promise<AuditRecord | undefined> {
    return this.snapshot(() => {
      const seq = this.places.firstFrom(key)
      const month = Number.isFinite(seq) ? this.places.monthAt(seq) : undefined
      const row = month && this.rows(month, 'a.seq = ?', seq, 1)[0]
      if (!row) return undefined
      const record = recordOf(row)
      return record.key === key ? record : undefined
    })
  }

  async find(query: AuditQuery, count: number): Promise<AuditRecord[]> {
    const pace = new Pace()
    const find = this.snapshot(() => new AuditFind(this.places, this.statements, query, count))
    const stretch = () => {
      while (find.step()) if (pace.due) return true
      return false
    }
    while (this.snapshot(stretch)) await pace.rest()
    return find.found
  }

  async *tallies(first: string, last: string): AsyncGenerator<AuditTally> {
    const [from, to] = [dayNumber(Date.parse(first)), dayNumber(Date.parse(last))]
    for (const month of this.places.months()) {
      const [start, end] = [Math.max(from, firstDay(month.month)), Math.min(to, firstDay(month.month, 1) - 1)]
      if (start <= end) yield* this.snapshot(() => this.talliesOf(month, start, end))
    }
  }

  async chains(): Promise<AuditChainHead[]> {
    const sql = 'SELECT name, number, hash FROM audit_chain WHERE number > 0 ORDER BY id'
    return this.statements
      .prepare(sql)
      .all()
      .map(({ name, number, hash }) => ({
        chain: String(name),
        number: Number(number),
        hash: hex(hash as Uint8Array),
      }))
  }

  async chain(chain: string, after: number, count: number): Promise<ChainedRecord[]> {
    return this.snapshot(() => {
      const own = this.statements.prepare('SELECT id, base FROM audit_chain WHERE name = ?').get(chain)
      if (!own) return []
      // In the chain of this store itself numbers go along with places.
      const start = own.base === null ? 0 : Number(own.base) + after + 1
      const order = own.base === null ? `a.${RESTORED} ORDER BY a.number` : 'a.chain = 1 ORDER BY a.seq'
      const where = `a.chain = ? AND a.number > ? AND a.seq >= ? AND ${order}`
      const rows: { row: RecordRow; month: AuditMonth }[] = []
      for (const [at, month] of this.places.months().entries()) {
        if (rows.length >= count) break
        if ((this.places.months()[at + 1]?.first ?? Number.POSITIVE_INFINITY) <= start) continue
        const found = this.rows(month, where, Number(own.id), after, start, count - rows.length)
        rows.push(...found.map((row) => ({ row, month })))
      }
      const indexed = new IndexedKeys(this.places, this.statements)
      return rows.map(({ row, month }) => ({ ...recordOf(row), indexed: indexed.of(row, month.month) }))
    })
  }

  async months(): Promise<string[]> {
    return this.places.months().map(({ month }) => month)
  }

  async drop(month: string): Promise<void> {
    monthTables(month)
    await this.dropMonth(month)
  }

  /** Ends the connection. */
  close(): void {
    if (this.database.isOpen) this.database.close()
  }

  private rows({ month }: AuditMonth, where: string, ...values: number[]): RecordRow[] {
    const { records } = monthTables(month)
    const sql = `${recordsOf(records)} WHERE ${where} LIMIT ${BOUND_LIMIT}`
    return this.statements.prepare(sql).all(...values) as unknown as RecordRow[]
  }

  /** What is counted already, and what is not yet. */
  private talliesOf({ month, first }: AuditMonth, start: number, end: number): AuditTally[] {
    if (!this.places.months().some((one) => one.month === month)) return []
    const counted = this.places.segmentAt(Number.MAX_SAFE_INTEGER, month)?.last ?? first - 1
    const sql = `SELECT day, n.name AS tally, sum(count) AS count FROM (
        SELECT day, tally, count FROM audit_count WHERE day >= ?1 AND day <= ?2
        UNION ALL
        SELECT recorded / 86400000 AS day, tally, 1 FROM ${monthTables(month).records} WHERE seq > ?3
      ) JOIN audit_tally n ON n.id = tally WHERE day >= ?1 AND day <= ?2 GROUP BY day, n.name ORDER BY day, n.name`
    const rows = this.statements.prepare(sql).all(start, end, counted)
    return rows.map(({ day, tally, count }) => ({
      day: dayName(Number(day)),
      tally: String(tally),
      count: Number(count),
    }))
  }

  /** Reads within one state of the log. */
  private snapshot<T>(read: () => T): T {
    this.database.exec('BEGIN')
    try {
      return read()
    } finally {
      this.database.exec('COMMIT')
    }
  }
}

import type { DatabaseSync } from 'node:sqlite'
import type {
  AuditChainHead,
  AuditLog,
  AuditOutcome,
  AuditQuery,
  AuditRecord,
  AuditTally,
  ChainedRecord,
} from '../audit.ts'
import { fingerprint } from '../audit-hash.ts'
import { auditKey, monthOf, placeOfKey } from '../audit-key.ts'
import { monthTable } from './audit-layout.ts'
import { auditMonths } from './audit-rows.ts'
import { BOUND_LIMIT } from './limit.ts'
import type { Writer } from './writer.ts'

interface Row {
  seq: number
  recorded: number
  name: string
  number: number
  hash: Uint8Array
  keys: Uint8Array
  outcomes: string | null
  text: string
}

const SELECT = 'SELECT a.seq, a.recorded, c.name, a.number, a.hash, a.keys, a.outcomes, a.text'

/** The audit log, read on the thread that asks. */
export class SqliteAudit implements AuditLog {
  private readonly database: DatabaseSync
  private readonly writer: Writer

  constructor(database: DatabaseSync, writer: Writer) {
    this.database = database
    this.writer = writer
  }

  async read(key: string): Promise<AuditRecord | undefined> {
    const place = placeOfKey(key)
    const month = place && monthOf(place.recorded)
    if (!auditMonths(this.database).some((one) => one.month === month)) return undefined
    const sql = `${from(monthTable(month!))} WHERE c.name = ? AND a.number = ? AND a.recorded = ?`
    const row = this.database.prepare(sql).get(place!.chain, place!.number, place!.recorded)
    return row && recordOf(row as unknown as Row)
  }

  async find({ keys, from: start, to, descending, after }: AuditQuery, count: number): Promise<AuditRecord[]> {
    const lists = keys.map((list) => list.map(fingerprint))
    const months = auditMonths(this.database)
    const found: AuditRecord[] = []
    if (descending) months.reverse()
    const order = descending ? 'DESC' : 'ASC'
    for (const { table } of months) {
      const sql = `${from(table)} WHERE a.recorded >= ? AND a.recorded < ? ORDER BY a.seq ${order}`
      const rows = this.database.prepare(sql).iterate(start ?? 0, to ?? Number.MAX_SAFE_INTEGER) as Iterable<unknown>
      for (const row of rows as Iterable<Row>) {
        if (found.length >= count) return found
        const record = recordOf(row)
        if (after !== undefined && (descending ? record.key >= after : record.key <= after)) continue
        if (lists.every((list) => list.some((one) => record.indexed.includes(one)))) found.push(record)
      }
    }
    return found
  }

  async *tallies(first: string, last: string): AsyncIterable<AuditTally> {
    for (const { month, table } of auditMonths(this.database)) {
      if (month < first.slice(0, 7) || month > last.slice(0, 7)) continue
      const sql = `SELECT date(a.recorded / 1000, 'unixepoch') AS day, n.name AS tally, count(*) AS count FROM ${table} a
        JOIN audit_tally n ON n.id = a.tally GROUP BY day, n.name HAVING day >= ? AND day <= ? ORDER BY day, n.name`
      for (const { day, tally, count } of this.database.prepare(sql).all(first, last)) {
        yield { day: String(day), tally: String(tally), count: Number(count) }
      }
    }
  }

  async chains(): Promise<AuditChainHead[]> {
    const rows = this.database.prepare('SELECT name, number, hash FROM audit_chain WHERE number > 0 ORDER BY id').all()
    return rows.map(({ name, number, hash }) => ({
      chain: String(name),
      number: Number(number),
      hash: hex(hash as Uint8Array),
    }))
  }

  async chain(chain: string, after: number, count: number): Promise<ChainedRecord[]> {
    const found: ChainedRecord[] = []
    for (const { table } of auditMonths(this.database)) {
      const sql = `${from(table)} WHERE c.name = ? AND a.number > ? ORDER BY a.seq LIMIT ${BOUND_LIMIT}`
      const rows = this.database.prepare(sql).all(chain, after, count - found.length) as unknown[]
      found.push(...(rows as Row[]).map(recordOf))
    }
    return found
  }

  async months(): Promise<string[]> {
    return auditMonths(this.database).map(({ month }) => month)
  }

  async drop(month: string): Promise<void> {
    await this.writer.dropMonth(month)
  }
}

function from(table: string): string {
  return `${SELECT} FROM ${table} a CROSS JOIN audit_chain c ON c.id = a.chain`
}

function recordOf(row: Row): ChainedRecord {
  const keys = hex(row.keys)
  return {
    key: auditKey({ recorded: row.recorded, chain: row.name, number: row.number }),
    recorded: row.recorded,
    text: row.text,
    outcomes: row.outcomes === null ? [] : (JSON.parse(row.outcomes) as number[]).map(outcomeOf),
    chain: row.name,
    number: row.number,
    hash: hex(row.hash),
    indexed: keys.match(/.{16}/g) ?? [],
  }
}

function outcomeOf(kept: number): AuditOutcome {
  return { version: Math.abs(kept), created: kept < 0 }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { auditKey } from '../audit-key.ts'
import { type AuditMonth, monthTables } from './audit-layout.ts'
import { StatementCache } from './statement-cache.ts'

/** A run of records that is indexed, and where its blocks are in the index of its month. */
export interface AuditSegment {
  first: number
  last: number
  bits: number
  block: number
}

interface KeyPlace {
  seq: number
  recorded: number
  number: number
  chain: string
}

/** Where records are, by their place in the order of all (`seq`). */
export class AuditPlaces {
  private readonly statements: StatementCache
  private readonly all: StatementSync
  private readonly month: StatementSync
  private readonly later: StatementSync
  private readonly segment: StatementSync
  private readonly laterSegment: StatementSync

  constructor(database: DatabaseSync) {
    this.statements = new StatementCache(database)
    this.all = database.prepare('SELECT month, first FROM audit_month ORDER BY first')
    this.month = database.prepare('SELECT month, first FROM audit_month WHERE first <= ? ORDER BY first DESC LIMIT 1')
    this.later = database.prepare('SELECT month, first FROM audit_month WHERE first > ? ORDER BY first LIMIT 1')
    this.segment = database.prepare(
      'SELECT first, last, bits, block FROM audit_segment WHERE first <= ? AND month = ? ORDER BY first DESC LIMIT 1',
    )
    this.laterSegment = database.prepare('SELECT min(first) AS first FROM audit_segment WHERE first > ? AND month = ?')
  }

  /** All months that there are, the first first. */
  months(): AuditMonth[] {
    return this.all.all() as unknown as AuditMonth[]
  }

  /** The month that a place is in, or behind. */
  monthAt(seq: number): AuditMonth | undefined {
    return this.month.get(seq) as unknown as AuditMonth | undefined
  }

  /** The first month that begins behind a place. */
  monthAfter(seq: number): AuditMonth | undefined {
    return this.later.get(seq) as unknown as AuditMonth | undefined
  }

  /** The segment of a month that a place is in, or else the last one before it. */
  segmentAt(seq: number, month: string): AuditSegment | undefined {
    return this.segment.get(seq, month) as unknown as AuditSegment | undefined
  }

  /** Where the next segment of a month begins behind a place; Infinity where there is none. */
  segmentAfter(seq: number, month: string): number {
    const { first } = this.laterSegment.get(seq, month)!
    return first === null ? Number.POSITIVE_INFINITY : Number(first)
  }

  /** The last place there is in a month; 0 where it has no records. */
  lastIn(month: string): number {
    const sql = `SELECT max(seq) AS seq FROM ${monthTables(month).records}`
    return Number(this.statements.prepare(sql).get()?.seq ?? 0)
  }

  /** The place of the first record whose key is not before this one (any text); Infinity where there is none. */
  firstFrom(key: string): number {
    const months = this.months()
    const at = months.findLastIndex(({ month, first }) => (this.keyFrom(month, first)?.key ?? '~') < key)
    if (at < 0) return months[0]?.first ?? Number.POSITIVE_INFINITY
    const { month, first } = months[at]!
    let low = first
    let high = this.lastIn(month) + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const found = this.keyFrom(month, middle)
      if (found && found.key < key) low = found.seq + 1
      else high = middle
    }
    if (this.keyFrom(month, low)) return low
    return months[at + 1]?.first ?? Number.POSITIVE_INFINITY
  }

  /** The key of the record at a place of a month, or of the next one there is. */
  private keyFrom(month: string, seq: number): { seq: number; key: string } | undefined {
    const sql = `SELECT a.seq, a.recorded, a.number, c.name AS chain FROM ${monthTables(month).records} a
      CROSS JOIN audit_chain c ON c.id = a.chain WHERE a.seq >= ? ORDER BY a.seq LIMIT 1`
    const place = this.statements.prepare(sql).get(seq) as unknown as KeyPlace | undefined
    return place && { seq: place.seq, key: auditKey(place) }
  }
}

import type { AuditQuery, AuditRecord } from '../audit.ts'
import { timeKey } from '../audit-key.ts'
import { SoughtKeys } from './audit-keys.ts'
import { type AuditMonth, monthTables } from './audit-layout.ts'
import type { AuditPlaces, AuditSegment } from './audit-places.ts'
import { type RecordRow, recordOf, recordsOf } from './audit-record.ts'
import { blockOf, KeyPlaces } from './audit-segment.ts'
import { BOUND_LIMIT } from './limit.ts'
import type { StatementCache } from './statement-cache.ts'

/** Rows that are looked at in one stretch. */
const STRETCH = 512

/** A place that is behind all records. */
const END = Number.MAX_SAFE_INTEGER

/**
 * One search in the log: from segment to segment, then through what is not indexed yet, in stretches between which it knows
 * nothing but the place to go on from: meanwhile segments are merged, and months dropped.
 */
export class AuditFind {
  readonly found: AuditRecord[] = []
  private readonly places: AuditPlaces
  private readonly statements: StatementCache
  private readonly keys: SoughtKeys
  private readonly descending: boolean
  private readonly count: number
  private low = 0
  private high = END

  constructor(places: AuditPlaces, statements: StatementCache, query: AuditQuery, count: number) {
    this.places = places
    this.statements = statements
    this.keys = new SoughtKeys(query.keys)
    this.descending = query.descending ?? false
    this.count = count
    this.bound(query)
    if (this.keys.impossible || count <= 0) this.high = -1
  }

  /** Does one more stretch; false when that was the last. */
  step(): boolean {
    if (this.low > this.high) return false
    const month = this.places.monthAt(this.descending ? this.high : this.low)
    if (!month) return this.skipTo(this.descending ? undefined : this.places.monthAfter(this.low))
    const segment = this.places.segmentAt(this.descending ? this.high : this.low, month.month)
    if (this.keys.none) this.lookThrough(month, month.first)
    else if (segment && segment.last >= (this.descending ? this.high : this.low)) this.search(month, segment)
    else this.lookThrough(month, (segment?.last ?? month.first - 1) + 1)
    return this.found.length < this.count && this.low <= this.high
  }

  /** Times and keys as places. */
  private bound({ from, to, after }: AuditQuery): void {
    if (from !== undefined) this.low = this.places.firstFrom(timeKey(from))
    if (to !== undefined) this.high = Math.min(END, this.places.firstFrom(timeKey(to))) - 1
    if (after === undefined) return
    // `!` is before all that stands in keys: what begins with this key and goes on so is behind it, and before the next one.
    if (this.descending) this.high = Math.min(this.high, this.places.firstFrom(after) - 1)
    else this.low = Math.max(this.low, this.places.firstFrom(`${after}!`))
  }

  private skipTo(month: AuditMonth | undefined): boolean {
    if (month) this.low = month.first
    return month !== undefined
  }

  /** What a segment has between the bounds. */
  private search(month: AuditMonth, { first, last, bits, block }: AuditSegment): void {
    const { records, index } = monthTables(month.month)
    const blocks = this.statements.prepare(`SELECT entries FROM ${index} WHERE block = ?`)
    const places = this.keys.places((half) => {
      const row = blocks.get(block + blockOf(half, bits))
      return row && new KeyPlaces(row.entries as Uint8Array, half)
    })
    const select = this.statements.prepare(`${recordsOf(records)} WHERE a.seq = ?`)
    if (this.descending) places.reverse()
    for (const place of places) {
      const seq = first + place
      if (seq < this.low || seq > this.high) continue
      const row = select.get(seq) as unknown as RecordRow | undefined
      if (row && this.keys.fit(row.keys)) this.found.push(recordOf(row))
      if (this.found.length === this.count) return
    }
    if (this.descending) this.high = first - 1
    else this.low = last + 1
  }

  /** Some records of a month, from a place on that is not before `start`, one after the other. */
  private lookThrough(month: AuditMonth, start: number): void {
    const { records } = monthTables(month.month)
    const order = `ORDER BY a.seq ${this.descending ? 'DESC' : 'ASC'} LIMIT ${BOUND_LIMIT}`
    const low = Math.max(this.low, start)
    const most = this.keys.none ? Math.min(STRETCH, this.count - this.found.length) : STRETCH
    const what = this.keys.none ? recordsOf(records) : `SELECT a.seq, a.keys FROM ${records} a`
    const sql = `${what} WHERE a.seq >= ? AND a.seq <= ? ${order}`
    const rows = this.statements.prepare(sql).all(low, this.high, most) as unknown as RecordRow[]
    const select = this.statements.prepare(`${recordsOf(records)} WHERE a.seq = ?`)
    for (const row of rows) {
      if (this.keys.none) this.found.push(recordOf(row))
      else if (this.keys.fit(row.keys)) this.found.push(recordOf(select.get(row.seq) as unknown as RecordRow))
      if (this.found.length === this.count) return
    }
    if (this.descending) this.high = rows.length === most ? rows.at(-1)!.seq - 1 : low - 1
    else
      this.low = rows.length === most ? rows.at(-1)!.seq + 1 : (this.places.monthAfter(month.first)?.first ?? END + 1)
  }
}

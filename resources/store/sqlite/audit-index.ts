import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { dayNumber, firstDay, monthTables } from './audit-layout.ts'
import { AuditPlaces, type AuditSegment } from './audit-places.ts'
import { blockBits, entriesIn, halfAt, readBlock, segmentBlocks, segmentEntry } from './audit-segment.ts'
import { StatementCache } from './statement-cache.ts'

/** How many records are indexed at once, and how many such segments become one. */
export interface IndexSizes {
  run: number
  merged: number
}

/** To find by keys, what is not indexed yet is looked through; a segment costs a look as well. */
const SIZES: IndexSizes = { run: 512, merged: 32 }

/** A record as far as the index goes. */
interface KeyRow {
  seq: number
  recorded: number
  tally: number
  keys: Uint8Array
}

/**
 * Indexes and counts the records of the log, on the writer thread behind the commits: a run of them at a time, as a segment
 * (`audit-segment.ts`). Nothing but the tables says how far it is, so that it goes on after a crash.
 */
export class AuditIndex {
  private readonly database: DatabaseSync
  private readonly sizes: IndexSizes
  private readonly places: AuditPlaces
  private readonly statements: StatementCache
  private readonly count: StatementSync
  private readonly addSegment: StatementSync
  private readonly removeSegment: StatementSync
  /** Months that are over and all indexed. */
  private readonly finished = new Set<string>()
  /** The last `seq` with which there was nothing to do yet. */
  private idle = 0

  constructor(database: DatabaseSync, sizes: IndexSizes = SIZES) {
    this.database = database
    this.sizes = sizes
    this.places = new AuditPlaces(database)
    this.statements = new StatementCache(database)
    this.count = database.prepare(
      `INSERT INTO audit_count (day, tally, count) VALUES (?, ?, ?)
       ON CONFLICT (day, tally) DO UPDATE SET count = count + excluded.count`,
    )
    this.addSegment = database.prepare(
      'INSERT INTO audit_segment (first, last, month, level, bits, block) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.removeSegment = database.prepare('DELETE FROM audit_segment WHERE first = ?')
  }

  /**
   * Does what is to be done where the log ends with `last`; work that is in proportion to what was appended since. Each piece
   * is a transaction that is not synced by itself: it is as durable as the next commit, and can be done again.
   */
  catchUp(last: number): void {
    if (last <= this.idle) return
    this.database.exec('PRAGMA synchronous = NORMAL')
    try {
      while (this.step(last)) {}
    } catch {
      // No room on the disk, say: the next run of records is the time to try again.
      if (this.database.isTransaction) this.database.exec('ROLLBACK')
      this.idle = last + this.sizes.run
    } finally {
      this.database.exec('PRAGMA synchronous = FULL')
    }
  }

  /** A month's records are gone. */
  forget(month: string): void {
    const { index } = monthTables(month)
    this.database.exec(`DROP TABLE IF EXISTS ${index}`)
    this.database.prepare('DELETE FROM audit_segment WHERE month = ?').run(month)
    this.database.prepare('DELETE FROM audit_count WHERE day >= ? AND day < ?').run(firstDay(month), firstDay(month, 1))
    this.finished.delete(month)
    this.idle = 0
  }

  private step(last: number): boolean {
    const { run, merged } = this.sizes
    const months = this.places.months()
    for (const [at, { month, first }] of months.entries()) {
      if (this.finished.has(month)) continue
      const next = (this.places.segmentAt(last, month)?.last ?? first - 1) + 1
      const over = at < months.length - 1
      const end = over ? this.places.lastIn(month) : last
      if (end - next + 1 >= (over ? 1 : run))
        return this.inTransaction(() => this.seal(month, next, Math.min(end, next + run - 1)))
      const small = this.small(month)
      if (small.length >= (over ? 2 : merged))
        return this.inTransaction(() => this.merge(month, small.slice(0, merged)))
      if (over) this.finished.add(month)
      else this.idle = next + run - 2
    }
    return false
  }

  private inTransaction(work: () => void): true {
    this.database.exec('BEGIN IMMEDIATE')
    work()
    this.database.exec('COMMIT')
    return true
  }

  private small(month: string): AuditSegment[] {
    const sql = `SELECT first, last, bits, block FROM audit_segment WHERE month = ? AND level = 0 ORDER BY first`
    return this.statements.prepare(sql).all(month) as unknown as AuditSegment[]
  }

  private seal(month: string, first: number, last: number): void {
    const { records } = monthTables(month)
    const sql = `SELECT seq, recorded, tally, keys FROM ${records} WHERE seq >= ? AND seq <= ?`
    const rows = this.statements.prepare(sql).all(first, last) as unknown as KeyRow[]
    const entries = new Float64Array(rows.reduce((sum, { keys }) => sum + keys.length / 8, 0))
    const counts = new Map<number, Map<number, number>>()
    let at = 0
    for (const { seq, recorded, tally, keys } of rows) {
      for (let n = 0; n < keys.length / 8; n++) entries[at++] = segmentEntry(halfAt(keys, n), seq - first)
      const day = counts.getOrInsertComputed(dayNumber(recorded), () => new Map())
      day.set(tally, (day.get(tally) ?? 0) + 1)
    }
    this.write({ month, first, last, level: 0 }, entries)
    for (const [day, tallies] of counts) for (const [tally, count] of tallies) this.count.run(day, tally, count)
  }

  private merge(month: string, segments: readonly AuditSegment[]): void {
    const { index } = monthTables(month)
    const { first } = segments[0]!
    const { last } = segments.at(-1)!
    const blocks = segments.flatMap((segment) => {
      const range = [segment.block, segment.block + 2 ** segment.bits] as const
      const sql = `SELECT entries FROM ${index} WHERE block >= ? AND block < ?`
      const rows = this.statements.prepare(sql).all(...range) as unknown as { entries: Uint8Array }[]
      this.statements.prepare(`DELETE FROM ${index} WHERE block >= ? AND block < ?`).run(...range)
      this.removeSegment.run(segment.first)
      return rows.map(({ entries }) => ({ bytes: entries, shift: segment.first - first }))
    })
    const entries = new Float64Array(entriesIn(blocks.reduce((sum, { bytes }) => sum + bytes.length, 0)))
    let at = 0
    for (const { bytes, shift } of blocks) at = readBlock(bytes, shift, entries, at)
    this.write({ month, first, last, level: 1 }, entries)
  }

  private write(segment: { month: string; first: number; last: number; level: number }, entries: Float64Array): void {
    const { index } = monthTables(segment.month)
    const top = this.statements.prepare(`SELECT max(block) AS block FROM ${index}`).get()?.block
    const start = Number(top ?? 0) + 1
    const bits = blockBits(entries.length, segment.level)
    const insert = this.statements.prepare(`INSERT INTO ${index} (block, entries) VALUES (?, ?)`)
    for (const [block, bytes] of segmentBlocks(entries.sort(), bits)) insert.run(start + block, bytes)
    this.addSegment.run(segment.first, segment.last, segment.month, segment.level, bits, start)
  }
}

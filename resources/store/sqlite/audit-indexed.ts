import { type AuditMonth, monthTables } from './audit-layout.ts'
import type { AuditPlaces, AuditSegment } from './audit-places.ts'
import { fingerprintsOf, type RecordRow } from './audit-record.ts'
import { blockOf, halfAt, KeyPlaces } from './audit-segment.ts'
import type { StatementCache } from './statement-cache.ts'

/**
 * Tells by which keys a search comes to records that are read in order, within one state of the log: by the same months,
 * segments and blocks, lest one of these be changed so that records are there and are not found.
 */
export class IndexedKeys {
  private readonly places: AuditPlaces
  private readonly statements: StatementCache
  private readonly months: readonly AuditMonth[]
  private segment: AuditSegment | undefined
  /** Up to where a search takes that segment. */
  private end = 0
  private blocks = new Map<number, Uint8Array | undefined>()

  constructor(places: AuditPlaces, statements: StatementCache) {
    this.places = places
    this.statements = statements
    this.months = places.months()
  }

  /** Of the fingerprints in a record's row those by which it is found. */
  of({ seq, keys }: RecordRow, month: string): string[] {
    if (this.months.findLast(({ first }) => first <= seq)?.month !== month) return []
    const segment = this.segmentOf(seq, month)
    const all = fingerprintsOf(keys)
    // What is not indexed yet is found by its row.
    if (segment.last < seq) return all
    return all.filter((_, at) => {
      const half = halfAt(keys, at)
      const block = this.block(segment.block + blockOf(half, segment.bits), month)
      return block !== undefined && new KeyPlaces(block, half).has(seq - segment.first)
    })
  }

  private segmentOf(seq: number, month: string): AuditSegment {
    if (this.segment && seq >= this.segment.first && seq <= this.end) return this.segment
    this.blocks = new Map()
    this.segment = this.places.segmentAt(seq, month) ?? { first: 0, last: 0, bits: 0, block: 0 }
    this.end = Math.min(this.segment.last, this.places.segmentAfter(seq, month) - 1)
    return this.segment
  }

  private block(block: number, month: string): Uint8Array | undefined {
    return this.blocks.getOrInsertComputed(block, () => {
      const sql = `SELECT entries FROM ${monthTables(month).index} WHERE block = ?`
      return this.statements.prepare(sql).get(block)?.entries as Uint8Array | undefined
    })
  }
}

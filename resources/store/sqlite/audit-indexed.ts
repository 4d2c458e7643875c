import { monthTables } from './audit-layout.ts'
import type { AuditPlaces, AuditSegment } from './audit-places.ts'
import { fingerprintsOf, type RecordRow } from './audit-record.ts'
import { blockOf, halfAt, KeyPlaces } from './audit-segment.ts'
import type { StatementCache } from './statement-cache.ts'

/** Tells which keys the index has of records that are read in order: within one state of the log. */
export class IndexedKeys {
  private readonly places: AuditPlaces
  private readonly statements: StatementCache
  private segment: AuditSegment | undefined
  private blocks = new Map<number, Uint8Array | undefined>()

  constructor(places: AuditPlaces, statements: StatementCache) {
    this.places = places
    this.statements = statements
  }

  /** Of the fingerprints in a record's row those by which it is found. */
  of({ seq, keys }: RecordRow, month: string): string[] {
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
    if (this.segment && seq >= this.segment.first && seq <= this.segment.last) return this.segment
    this.blocks = new Map()
    this.segment = this.places.segmentAt(seq, month) ?? { first: 0, last: 0, bits: 0, block: 0 }
    return this.segment
  }

  private block(block: number, month: string): Uint8Array | undefined {
    return this.blocks.getOrInsertComputed(block, () => {
      const sql = `SELECT entries FROM ${monthTables(month).index} WHERE block = ?`
      return this.statements.prepare(sql).get(block)?.entries as Uint8Array | undefined
    })
  }
}

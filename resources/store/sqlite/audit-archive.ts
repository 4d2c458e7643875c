import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ArchivedRecord } from '../archive.ts'
import type { AuditChainHead } from '../audit.ts'
import { monthTables } from './audit-layout.ts'
import { AuditPlaces } from './audit-places.ts'
import { fingerprintsOf, type RecordRow, recordOf, recordsOf } from './audit-record.ts'

/** See `Archive.audit`. */
export function* readRecords(database: DatabaseSync, after = ''): Generator<ArchivedRecord> {
  const places = new AuditPlaces(database)
  const start = places.firstFrom(after)
  const tallies = new Map<number, string>()
  const name = database.prepare('SELECT name FROM audit_tally WHERE id = ?')
  for (const { month } of Number.isFinite(start) ? places.months() : []) {
    const sql = `${recordsOf(monthTables(month).records, 'a.tally')} WHERE a.seq >= ? ORDER BY a.seq`
    const rows = database.prepare(sql).iterate(start) as Iterable<unknown> as Iterable<RecordRow & { tally: number }>
    for (const row of rows) {
      const record = recordOf(row)
      if (record.key === after) continue
      const indexed = fingerprintsOf(row.keys)
      yield {
        ...record,
        indexed,
        tally: tallies.getOrInsertComputed(row.tally, () => String(name.get(row.tally)?.name)),
      }
    }
  }
}

/** Chains that came from other stores: what stands in them is put in as it is. */
export class RestoredChains {
  private readonly find: StatementSync
  private readonly add: StatementSync
  private readonly end: StatementSync

  constructor(database: DatabaseSync) {
    this.find = database.prepare('SELECT id FROM audit_chain WHERE name = ?')
    this.add = database.prepare("INSERT INTO audit_chain (name, number, recorded, hash) VALUES (?, 0, 0, x'')")
    this.end = database.prepare('UPDATE audit_chain SET number = ?, hash = ? WHERE id = ?')
  }

  /** The row of a chain, which is made where there is none. */
  idOf(chain: string): number {
    return Number(this.find.get(chain)?.id ?? this.add.run(chain).lastInsertRowid)
  }

  /** Notes how a chain ends. */
  endOf({ chain, number, hash }: AuditChainHead): void {
    this.end.run(number, Buffer.from(hash, 'hex'), this.idOf(chain))
  }
}

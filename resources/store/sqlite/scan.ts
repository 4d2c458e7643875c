import type { DatabaseSync } from 'node:sqlite'
import { PAGE_BYTES, type ScanEntry } from '../port.ts'
import { BOUND_LIMIT } from './limit.ts'
import type { Names } from './names.ts'
import { toVersion, type VersionRow } from './version-row.ts'

/**
 * Live resources in the order of their rids; see `Store.scan`. A page ends early where its texts grow too large. What is
 * contained points to a version that is not its own.
 */
export function readLive(database: DatabaseSync, names: Names, after: string | undefined, count: number): ScanEntry[] {
  const statement = database.prepare(
    `SELECT r.rid, v.type, r.id, v.version, v.updated, v.method, v.text FROM resource r
     CROSS JOIN version v ON v.seq = r.seq AND v.rid = r.rid WHERE r.rid > ? AND r.live = 1 ORDER BY r.rid LIMIT ${BOUND_LIMIT}`,
  )
  const rows = statement.iterate(Number(after ?? 0), count) as Iterable<unknown> as Iterable<
    VersionRow & { rid: number }
  >
  const entries: ScanEntry[] = []
  let bytes = 0
  for (const row of rows) {
    const version = toVersion(row, names.typeName(row.type)) as ScanEntry
    entries.push({ ...version, position: String(row.rid) })
    bytes += version.text.length
    if (bytes > PAGE_BYTES) break
  }
  return entries
}

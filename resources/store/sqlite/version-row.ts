import type { StoredVersion } from '../port.ts'
import { methodOf } from './methods.ts'

/** Columns of `version` with the id from `resource`, as statements here select them. */
export interface VersionRow {
  type: number
  id: string
  version: number
  updated: number
  method: number
  text: Uint8Array | null
}

/** A row as the port gives it. */
export function toVersion(row: VersionRow, type: string): StoredVersion {
  const { text } = row
  return {
    type,
    id: row.id,
    version: row.version,
    lastUpdated: row.updated,
    method: methodOf(row.method).method,
    text: text === null ? undefined : Buffer.from(text.buffer, text.byteOffset, text.byteLength),
  }
}

import type { DatabaseSync } from 'node:sqlite'
import type {
  Archive,
  ArchivedRecord,
  ArchivedState,
  ArchivedVersion,
  ArchivePart,
  DoneKey,
  Head,
  PlacedVersion,
} from '../archive.ts'
import { readRecords } from './audit-archive.ts'
import { methodOf } from './methods.ts'
import type { Names } from './names.ts'
import { entryOf, type StateRow } from './state.ts'
import { toVersion, type VersionRow } from './version-row.ts'
import type { Writer } from './writer.ts'

type ArchiveRow = VersionRow & { seq: number; until: number | null }

const COLUMNS = 'v.seq, v.type, r.id, v.version, v.updated, v.method, v.text, n.updated AS until'
const NEXT = 'LEFT JOIN version n ON n.rid = v.rid AND n.version = v.version + 1'

/** All that the embedded store keeps, in the order of its commits. */
export class SqliteArchive implements Archive {
  private readonly database: DatabaseSync
  private readonly names: Names
  private readonly writer: Writer

  constructor(database: DatabaseSync, names: Names, writer: Writer) {
    this.database = database
    this.names = names
    this.writer = writer
  }

  async *versions(after = '0'): AsyncGenerator<PlacedVersion> {
    const sql = `SELECT ${COLUMNS} FROM version v CROSS JOIN resource r ON r.rid = v.rid ${NEXT}
      WHERE v.seq > ? ORDER BY v.seq`
    for (const row of this.rows(sql, Number(after))) {
      yield { ...this.toArchived(row), order: row.seq, position: String(row.seq) }
    }
  }

  async *sorted(type: string): AsyncGenerator<ArchivedVersion> {
    const sql = `SELECT ${COLUMNS} FROM resource r CROSS JOIN version v ON v.rid = r.rid ${NEXT}
      WHERE r.type = ? ORDER BY r.id, v.version DESC`
    for (const row of this.rows(sql, this.names.findType(type) ?? 0)) yield this.toArchived(row)
  }

  async *heads(type: string): AsyncGenerator<Head> {
    const sql = 'SELECT id, version, updated, live FROM resource WHERE type = ? AND version > 0 ORDER BY id'
    for (const { id, version, updated, live } of this.database.prepare(sql).iterate(this.names.findType(type) ?? 0)) {
      yield { id: String(id), version: Number(version), lastUpdated: Number(updated), live: live === 1 }
    }
  }

  async types(): Promise<string[]> {
    const rows = this.database.prepare('SELECT DISTINCT type FROM version').all()
    return rows.map(({ type }) => this.names.typeName(Number(type))).sort()
  }

  async *done(after = ''): AsyncGenerator<DoneKey> {
    const sql = 'SELECT key, at FROM done WHERE key > ? ORDER BY key'
    for (const { key, at } of this.database.prepare(sql).iterate(after)) yield { key: String(key), at: Number(at) }
  }

  async *audit(after?: string): AsyncGenerator<ArchivedRecord> {
    yield* readRecords(this.database, after)
  }

  async secrets(): Promise<Record<string, Buffer>> {
    const rows = this.database.prepare('SELECT name, value FROM secret').all()
    return Object.fromEntries(rows.map(({ name, value }) => [name, Buffer.from(value as Uint8Array)]))
  }

  async notes(): Promise<Record<string, string>> {
    const rows = this.database.prepare('SELECT name, value FROM note').all()
    return Object.fromEntries(rows.map(({ name, value }) => [name, String(value)]))
  }

  async *state(): AsyncGenerator<ArchivedState> {
    const sql = `SELECT kind, key, revision, expires, aliases, value FROM state
      WHERE expires IS NULL OR expires > ? ORDER BY kind, key`
    const rows = this.database.prepare(sql).iterate(Date.now()) as Iterable<unknown>
    for (const row of rows as Iterable<StateRow & { kind: string }>) yield { kind: row.kind, ...entryOf(row) }
  }

  async restore(part: ArchivePart): Promise<void> {
    await this.writer.restore(part)
  }

  private rows(sql: string, value: number): Iterable<ArchiveRow> {
    return this.database.prepare(sql).iterate(value) as Iterable<unknown> as Iterable<ArchiveRow>
  }

  private toArchived(row: ArchiveRow): ArchivedVersion {
    const { created } = methodOf(row.method)
    return { ...toVersion(row, this.names.typeName(row.type)), created, until: row.until ?? undefined }
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { DoneKey, RestoredVersion } from '../archive.ts'
import type { ContainedRows } from './contained-rows.ts'
import type { EntryRows } from './entry-rows.ts'
import { methodNumber } from './methods.ts'
import type { Names } from './names.ts'
import type { ResourceRows } from './rows.ts'

/** The tables that a version goes to. */
interface Rows {
  names: Names
  resources: ResourceRows
  entries: EntryRows
  contained: ContainedRows
}

/** Writes what comes from another store as it is. */
export class RestoredRows {
  private readonly rows: Rows
  private readonly insertVersion: StatementSync
  private readonly insertDone: StatementSync
  private readonly insertSecret: StatementSync

  constructor(database: DatabaseSync, rows: Rows) {
    this.rows = rows
    this.insertVersion = database.prepare(
      'INSERT INTO version (seq, rid, type, version, updated, method, text) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    this.insertDone = database.prepare('INSERT INTO done (key, at) VALUES (?, ?)')
    this.insertSecret = database.prepare('INSERT OR REPLACE INTO secret (name, value) VALUES (?, ?)')
  }

  done(keys: readonly DoneKey[] = []): void {
    for (const { key, at } of keys) this.insertDone.run(key, at)
  }

  /** `secrets`: their bytes in hexadecimal. */
  secrets(secrets: Readonly<Record<string, string>> = {}): void {
    for (const [name, hex] of Object.entries(secrets)) this.insertSecret.run(name, Buffer.from(hex, 'hex'))
  }

  /** Writes a version as the commit of number `seq`; what is current of its resource changes with the current one alone. */
  version(version: RestoredVersion, seq: number): void {
    const { names, resources, entries, contained } = this.rows
    const { id, lastUpdated, method, created, text } = version
    const type = names.typeId(version.type)
    const row = resources.find(type, id) ?? resources.add(type, id)
    const number = methodNumber(method, created)
    this.insertVersion.run(seq, row.rid, type, version.version, lastUpdated, number, text ?? null)
    if (version.until !== undefined) return
    resources.point(row.rid, seq, version.version, lastUpdated, text !== undefined)
    entries.replace(row.rid, type, version.entries, row.live)
    contained.replace({ type: version.type, id, row }, version.contained)
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { ArchivedState } from '../archive.ts'
import { CommitRefused } from '../port.ts'
import { isExpected, liveRevision, type StatePut, type StateRecordChange } from '../state-record.ts'
import { BOUND_LIMIT } from './limit.ts'

/** Expired entries that a unit which writes state removes at the most: more than most units add. */
const SWEPT = 32

/** What must be known of a row before it is written over. */
interface HeadRow {
  revision: number
  expires: number | null
  aliases: string
}

/** Writes the tables of state, on the writer thread. */
export class StateRows {
  private readonly select: StatementSync
  private readonly replace: StatementSync
  private readonly remove: StatementSync
  private readonly addAlias: StatementSync
  private readonly removeAlias: StatementSync
  private readonly expired: StatementSync

  constructor(database: DatabaseSync) {
    this.select = database.prepare('SELECT revision, expires, aliases FROM state WHERE kind = ? AND key = ?')
    this.replace = database.prepare(
      'INSERT OR REPLACE INTO state (kind, key, revision, expires, aliases, value) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.remove = database.prepare('DELETE FROM state WHERE kind = ? AND key = ?')
    this.addAlias = database.prepare('INSERT INTO state_alias (kind, alias, key) VALUES (?, ?, ?)')
    this.removeAlias = database.prepare('DELETE FROM state_alias WHERE kind = ? AND alias = ? AND key = ?')
    this.expired = database.prepare(
      `SELECT kind, key, aliases FROM state WHERE expires <= ? ORDER BY expires LIMIT ${BOUND_LIMIT}`,
    )
  }

  /** Applies changes in their order. Throws CommitRefused `state` where what one expects is not so. */
  apply(changes: readonly StateRecordChange[]): void {
    if (changes.length === 0) return
    const now = Date.now()
    for (const [at, change] of changes.entries()) this.applyOne(change, at, now)
    for (const { kind, key, aliases } of this.expired.all(now, SWEPT)) {
      this.removeRow(String(kind), String(key), String(aliases))
    }
  }

  /** Writes entries as they are, in the place of those that are there. */
  restore(entries: readonly ArchivedState[]): void {
    for (const { kind, key, value, revision, expires, aliases } of entries) {
      const put = { of: kind, key, text: JSON.stringify(value), aliases, ...(expires === undefined ? {} : { expires }) }
      this.put({ kind: 'put', ...put }, revision, this.find(kind, key))
    }
  }

  private applyOne(change: StateRecordChange, at: number, now: number): void {
    const row = this.find(change.of, change.key)
    const revision = liveRevision(row && { revision: row.revision, ...expiryOf(row) }, now)
    if (!isExpected(change, revision)) throw new CommitRefused('state', at, revision)
    if (change.kind === 'put') this.put(change, revision + 1, row)
    else if (row) this.removeRow(change.of, change.key, row.aliases)
  }

  private find(kind: string, key: string): HeadRow | undefined {
    return this.select.get(kind, key) as unknown as HeadRow | undefined
  }

  private put({ of, key, text, expires, aliases }: StatePut, revision: number, row: HeadRow | undefined): void {
    this.replace.run(of, key, revision, expires ?? null, JSON.stringify(aliases), text)
    const before = new Set(row ? (JSON.parse(row.aliases) as string[]) : [])
    const after = new Set(aliases)
    for (const alias of before.difference(after)) this.removeAlias.run(of, alias, key)
    for (const alias of after.difference(before)) this.addAlias.run(of, alias, key)
  }

  private removeRow(kind: string, key: string, aliases: string): void {
    this.remove.run(kind, key)
    for (const alias of JSON.parse(aliases) as string[]) this.removeAlias.run(kind, alias, key)
  }
}

function expiryOf({ expires }: HeadRow): { expires?: number } {
  return expires === null ? {} : { expires }
}

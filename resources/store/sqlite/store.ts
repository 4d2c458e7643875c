import { mkdirSync, statSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type {
  HistoryPage,
  HistoryQuery,
  HistoryScope,
  Outcome,
  ScanEntry,
  SecretName,
  Store,
  StoredVersion,
  Unit,
} from '../port.ts'
import { SqliteArchive } from './archive.ts'
import { SqliteAudit } from './audit.ts'
import { openReader } from './connect.ts'
import { countHistory, readHistory } from './history.ts'
import { Names } from './names.ts'
import { readLive } from './scan.ts'
import { SqliteState } from './state.ts'
import { toVersion, type VersionRow } from './version-row.ts'
import { Writer } from './writer.ts'

const COLUMNS = 'v.type, r.id, v.version, v.updated, v.method, v.text'

/** The embedded store: reads on the thread that asks, writes on a thread of their own. */
export class SqliteStore implements Store {
  /** The reading connection, for the searcher that stands beside this store. */
  readonly database: DatabaseSync
  readonly names: Names
  readonly archive: SqliteArchive
  readonly state: SqliteState
  readonly audit: SqliteAudit
  private readonly writer: Writer
  private readonly current: StatementSync
  private readonly older: StatementSync

  private constructor(writer: Writer, open: () => DatabaseSync) {
    const database = open()
    this.writer = writer
    this.database = database
    this.names = new Names(database)
    this.archive = new SqliteArchive(database, this.names, writer)
    this.state = new SqliteState(database)
    this.audit = new SqliteAudit(open(), (month) => writer.dropMonth(month))
    this.current = database.prepare(
      `SELECT ${COLUMNS} FROM resource r JOIN version v ON v.seq = r.seq WHERE r.type = ? AND r.id = ?`,
    )
    this.older = database.prepare(
      `SELECT ${COLUMNS} FROM resource r JOIN version v ON v.rid = r.rid WHERE r.type = ? AND r.id = ? AND v.version = ?`,
    )
  }

  /**
   * Opens the store in a folder, which is made if need be. Rejects with FolderInUse when another process has it.
   * `onDown` is told when it can never write again.
   */
  static async open(folder: string, onDown: (reason: string) => void = () => undefined): Promise<SqliteStore> {
    makeFolder(folder)
    const writer = await Writer.open(folder, onDown)
    return new SqliteStore(writer, () => openReader(`${folder}/chartroom.sqlite`))
  }

  async read(type: string, id: string): Promise<StoredVersion | undefined> {
    const typeId = this.names.findType(type)
    if (typeId === undefined) return undefined
    const row = this.current.get(typeId, id) as unknown as VersionRow | undefined
    return row && toVersion(row, type)
  }

  async readVersion(type: string, id: string, version: number): Promise<StoredVersion | undefined> {
    const typeId = this.names.findType(type)
    if (typeId === undefined) return undefined
    const row = this.older.get(typeId, id, version) as unknown as VersionRow | undefined
    return row && toVersion(row, type)
  }

  async history(scope: HistoryScope, query: HistoryQuery, count: number): Promise<HistoryPage> {
    return readHistory(this.database, this.names, scope, query, count)
  }

  async countHistory(scope: HistoryScope, query: HistoryQuery): Promise<number> {
    return countHistory(this.database, this.names, scope, query)
  }

  commit(unit: Unit): Promise<Outcome[]> {
    return this.writer.commit(unit)
  }

  async wasDone(onceKey: string): Promise<boolean> {
    return this.database.prepare('SELECT 1 FROM done WHERE key = ?').get(onceKey) !== undefined
  }

  async scan(after: string | undefined, count: number): Promise<ScanEntry[]> {
    return readLive(this.database, this.names, after, count)
  }

  async note(name: string): Promise<string | undefined> {
    const row = this.database.prepare('SELECT value FROM note WHERE name = ?').get(name)
    return row && String(row.value)
  }

  async secret(name: SecretName): Promise<Buffer> {
    const row = this.database.prepare('SELECT value FROM secret WHERE name = ?').get(name)
    if (!row) throw new Error(`the store has no secret ${name}`)
    return Buffer.from(row.value as Uint8Array)
  }

  ready(): boolean {
    return this.writer.ready
  }

  async close(): Promise<void> {
    await this.writer.close()
    this.audit.close()
    if (this.database.isOpen) this.database.close()
  }
}

function makeFolder(folder: string): void {
  const there = statSync(folder, { throwIfNoEntry: false })
  if (there && !there.isDirectory()) throw new Error(`${folder} is not a folder`)
  if (!there) mkdirSync(folder, { recursive: true, mode: 0o700 })
}

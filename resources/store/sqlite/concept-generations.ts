import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { isAbandoned, OWNER, thrownAway } from '../concept-index/owner.ts'
import type { IndexHead } from '../concept-index/writer.ts'

/** The version of the layout that this chartroom reads and writes. */
const LAYOUT = 1

const TABLES = `
  CREATE TABLE generation (
    id INTEGER PRIMARY KEY AUTOINCREMENT, system TEXT NOT NULL, version TEXT, state TEXT NOT NULL, owner TEXT NOT NULL,
    at INTEGER NOT NULL, head TEXT
  );
  CREATE TABLE revision (number INTEGER NOT NULL);
  INSERT INTO revision VALUES (0);`

/** The table with the index of a generation. */
export const tableOf = (generation: number) => `concepts_${generation}`

/** A generation that counts. */
export interface LiveGeneration {
  id: number
  head: IndexHead
}

/** Opens the database of code systems. Throws an Error when a newer chartroom has laid it out. */
export function openConcepts(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 10_000 })
  try {
    // Parts of postings are up to 8 KB long.
    database.exec(`
      PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -16384;
      PRAGMA mmap_size = 268435456; PRAGMA journal_size_limit = 67108864`)
    layOut(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function layOut(database: DatabaseSync): void {
  const layout = () => Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (layout() === LAYOUT) return
  inOne(database, () => {
    if (layout() === 0) database.exec(`${TABLES} PRAGMA user_version = ${LAYOUT}`)
    else if (layout() !== LAYOUT) {
      throw new Error(
        `the code systems have layout version ${layout()}, this chartroom knows ${LAYOUT}: run a newer chartroom, or restore a backup`,
      )
    }
  })
}

/** Runs something in one transaction. */
export function inOne<Result>(database: DatabaseSync, run: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = run()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** Which generations of editions there are: drafts, the one of each edition that counts, and those that counted before. */
export class Generations {
  private readonly database: DatabaseSync
  private readonly statements: Record<'changed' | 'revision' | 'live' | 'all' | 'touch' | 'count', StatementSync>
  private seen: unknown
  private revisionSeen = 0

  constructor(database: DatabaseSync) {
    this.database = database
    this.statements = {
      changed: database.prepare('PRAGMA data_version'),
      revision: database.prepare('SELECT number FROM revision'),
      live: database.prepare("SELECT id, head FROM generation WHERE state = 'live' ORDER BY id DESC"),
      all: database.prepare('SELECT id, state, owner, at FROM generation ORDER BY id'),
      touch: database.prepare("UPDATE generation SET at = ? WHERE id = ? AND state = 'draft'"),
      count: database.prepare('UPDATE revision SET number = number + 1'),
    }
  }

  /** Another number whenever the live generations are others. */
  revision(): number {
    // What others commit is told by this number, for far less than a look into a table takes.
    const { data_version } = this.statements.changed.get()!
    if (data_version !== this.seen) {
      this.revisionSeen = Number(this.statements.revision.get()!.number)
      this.seen = data_version
    }
    return this.revisionSeen
  }

  /** The newest first. */
  live(): LiveGeneration[] {
    return this.statements.live.all().map(({ id, head }) => ({ id: Number(id), head: JSON.parse(String(head)) }))
  }

  begin(system: string, version: string | undefined): number {
    return inOne(this.database, () => {
      const insert = this.database.prepare(
        'INSERT INTO generation (system, version, state, owner, at) VALUES (?, ?, ?, ?, ?)',
      )
      const { lastInsertRowid } = insert.run(system, version ?? null, 'draft', OWNER, Date.now())
      const id = Number(lastInsertRowid)
      this.database.exec(`CREATE TABLE ${tableOf(id)} (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID`)
      return id
    })
  }

  /** Within a transaction that writes to a draft. Throws an Error when there is no such draft any more. */
  touch(id: number): void {
    if (this.statements.touch.run(Date.now(), id).changes === 0) {
      throw thrownAway()
    }
  }

  /** Makes a draft count, in the place of what the edition had. It survives the loss of power. */
  publish(id: number, head: IndexHead): void {
    this.durably(() => {
      this.touch(id)
      this.retire(head.edition.system, head.edition.version)
      const publish = this.database.prepare("UPDATE generation SET state = 'live', at = ?, head = ? WHERE id = ?")
      publish.run(Date.now(), JSON.stringify(head), id)
      this.statements.count.run()
    })
  }

  /** Makes an edition have none that counts; false when it had none. */
  remove(system: string, version: string | undefined): boolean {
    return this.durably(() => {
      const had = this.retire(system, version)
      if (had) this.statements.count.run()
      return had
    })
  }

  /** Gives up a draft. */
  discard(id: number): void {
    this.database.prepare("UPDATE generation SET state = 'dead' WHERE id = ? AND state = 'draft'").run(id)
  }

  /** Generations that nobody needs: drafts of processes that are gone, and what counted until some ms ago. */
  garbage(retiredKept: number): number[] {
    const now = Date.now()
    const rows = this.statements.all.all() as unknown as { id: number; state: string; owner: string; at: number }[]
    return rows
      .filter(({ state, owner, at }) => {
        if (state === 'draft') return isAbandoned(owner, at)
        return state === 'dead' || (state === 'retired' && now - at > retiredKept)
      })
      .map(({ id }) => id)
  }

  private retire(system: string, version: string | undefined): boolean {
    const retire = this.database.prepare(
      "UPDATE generation SET state = 'retired', at = ? WHERE system = ? AND version IS ? AND state = 'live'",
    )
    return Number(retire.run(Date.now(), system, version ?? null).changes) > 0
  }

  private durably<Result>(run: () => Result): Result {
    this.database.exec('PRAGMA synchronous = FULL')
    try {
      return inOne(this.database, run)
    } finally {
      this.database.exec('PRAGMA synchronous = NORMAL')
      this.seen = undefined
    }
  }
}

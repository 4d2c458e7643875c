import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { State, StateEntry } from '../state.ts'
import { stateEntry } from '../state-record.ts'
import { BOUND_LIMIT } from './limit.ts'

/** A row of the table `state` but for its kind; `aliases` as a JSON array. */
export interface StateRow {
  key: string
  revision: number
  expires: number | null
  aliases: string
  value: string
}

const COLUMNS = 's.key, s.revision, s.expires, s.aliases, s.value'
const LIVE = '(s.expires IS NULL OR s.expires > ?)'

/** Reads what the server keeps besides resources, on the thread that asks. */
export class SqliteState implements State {
  private readonly one: StatementSync
  private readonly byAlias: StatementSync
  private readonly first: StatementSync
  private readonly behind: StatementSync

  constructor(database: DatabaseSync) {
    const of = `SELECT ${COLUMNS} FROM state s WHERE s.kind = ?`
    const page = `ORDER BY s.key LIMIT ${BOUND_LIMIT}`
    this.one = database.prepare(`${of} AND s.key = ? AND ${LIVE}`)
    this.first = database.prepare(`${of} AND ${LIVE} ${page}`)
    this.behind = database.prepare(`${of} AND s.key > ? AND ${LIVE} ${page}`)
    this.byAlias = database.prepare(
      `SELECT ${COLUMNS} FROM state_alias a CROSS JOIN state s ON s.kind = a.kind AND s.key = a.key
       WHERE a.kind = ? AND a.alias = ? AND ${LIVE} ORDER BY a.key LIMIT ${BOUND_LIMIT}`,
    )
  }

  async get(kind: string, key: string): Promise<StateEntry | undefined> {
    const row = this.one.get(kind, key, Date.now()) as unknown as StateRow | undefined
    return row && entryOf(row)
  }

  async find(kind: string, alias: string, most: number): Promise<StateEntry[]> {
    return entriesOf(this.byAlias.all(kind, alias, Date.now(), most))
  }

  async list(kind: string, after: string | undefined, count: number): Promise<StateEntry[]> {
    if (after === undefined) return entriesOf(this.first.all(kind, Date.now(), count))
    return entriesOf(this.behind.all(kind, after, Date.now(), count))
  }
}

/** An entry from its row. */
export function entryOf({ key, revision, expires, aliases, value }: StateRow): StateEntry {
  const rest = { revision, aliases: JSON.parse(aliases) as string[], text: value }
  return stateEntry(key, expires === null ? rest : { ...rest, expires })
}

function entriesOf(rows: unknown[]): StateEntry[] {
  return (rows as StateRow[]).map(entryOf)
}

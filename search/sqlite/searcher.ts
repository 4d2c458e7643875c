import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { PAGE_BYTES } from '../../resources/store/port.ts'
import type { SqliteSelection } from '../../resources/store/sqlite/selection.ts'
import type { SqliteStore } from '../../resources/store/sqlite/store.ts'
import { toVersion, type VersionRow } from '../../resources/store/sqlite/version-row.ts'
import { allOf, type Expression } from '../expression.ts'
import { type Found, type FoundPage, restrictionOf, type Search, type Searcher } from '../searcher.ts'
import { compileSource } from './compile.ts'
import { type Fragment, sql } from './fragment.ts'

/** Prepared statements that are kept, by their text. */
const MOST_STATEMENTS = 200

type FoundRow = VersionRow & { rid: number }

/** Finds resources in the embedded store, on the thread that asks. */
export class SqliteSearcher implements Searcher {
  private readonly database: DatabaseSync
  private readonly statements = new Map<string, StatementSync>()

  constructor(store: SqliteStore) {
    this.database = store.database
  }

  async find(search: Search, count: number, after?: string): Promise<FoundPage> {
    const { from, where, order } = compileSource(
      search.type,
      restricted(search),
      after === undefined ? undefined : Number(after),
    )
    const query = sql`SELECT r.rid, v.type, r.id, v.version, v.updated, v.method, v.text
      FROM ${from} CROSS JOIN version v ON v.seq = r.seq WHERE ${where} ORDER BY ${raw(order)} LIMIT ${count + 1}`
    const found: Found[] = []
    let bytes = 0
    for (const row of this.prepare(query).iterate(...query.values) as Iterable<unknown> as Iterable<FoundRow>) {
      if (found.length === count || bytes > PAGE_BYTES) return { found, more: true }
      const version = toVersion(row, search.type) as Found
      found.push({ ...version, position: String(row.rid) })
      bytes += version.text.length
    }
    return { found, more: false }
  }

  async count(search: Search): Promise<number> {
    const { from, where } = compileSource(search.type, restricted(search), undefined)
    const query = sql`SELECT count(*) AS n FROM ${from} WHERE ${where}`
    return Number(this.prepare(query).get(...query.values)?.n ?? 0)
  }

  selection(search: Search): SqliteSelection {
    const { from, where } = compileSource(search.type, restricted(search), undefined)
    return { selection: 'sqlite', ...sql`SELECT r.id FROM ${from} WHERE ${where}` }
  }

  private prepare({ sql: text }: Fragment): StatementSync {
    let statement = this.statements.get(text)
    if (!statement) {
      if (this.statements.size >= MOST_STATEMENTS) this.statements.delete(this.statements.keys().next().value!)
      statement = this.database.prepare(text)
      this.statements.set(text, statement)
    }
    return statement
  }
}

function restricted({ type, where, restriction }: Search): Expression {
  return allOf([where, restrictionOf(restriction, type)])
}

function raw(text: string): Fragment {
  return { sql: text, values: [] }
}

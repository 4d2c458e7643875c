import { PAGE_BYTES } from '../../resources/store/port.ts'
import type { SqliteSelection } from '../../resources/store/sqlite/selection.ts'
import { StatementCache } from '../../resources/store/sqlite/statement-cache.ts'
import type { SqliteStore } from '../../resources/store/sqlite/store.ts'
import { toVersion, type VersionRow } from '../../resources/store/sqlite/version-row.ts'
import { allOf, type Expression } from '../expression.ts'
import { type Found, type FoundPage, restrictionOf, type Search, type Searcher } from '../searcher.ts'
import { compileSource } from './compile.ts'
import { raw, sql } from './fragment.ts'

type FoundRow = VersionRow & { rid: number }

/** Finds resources in the embedded store, on the thread that asks. */
export class SqliteSearcher implements Searcher {
  private readonly statements: StatementCache

  constructor(store: SqliteStore) {
    this.statements = new StatementCache(store.database)
  }

  async find(search: Search, count: number, after?: string): Promise<FoundPage> {
    const place = after === undefined ? undefined : Number(after)
    const { from, where, order } = compileSource(search.type, restricted(search), place)
    const query = sql`SELECT r.rid, v.type, r.id, v.version, v.updated, v.method, v.text
      FROM ${from} CROSS JOIN version v ON v.seq = r.seq WHERE ${where} ORDER BY ${raw(order)} LIMIT ${count + 1}`
    const rows = this.statements.prepare(query.sql).iterate(...query.values)
    const found: Found[] = []
    let bytes = 0
    for (const row of rows as Iterable<unknown> as Iterable<FoundRow>) {
      if (found.length === count || bytes > PAGE_BYTES) return { found, more: true }
      const version = toVersion(row, search.type) as Found
      found.push({ ...version, position: String(row.rid) })
      bytes += version.text.length
    }
    return { found, more: false }
  }

  async ids(search: Search, count: number): Promise<string[]> {
    const { sql: text, values } = this.selection(search)
    const rows = this.statements.prepare(`${text} LIMIT ?`).all(...values, count)
    return rows.map((row) => String(row.id))
  }

  async count(search: Search): Promise<number> {
    const { from, where } = compileSource(search.type, restricted(search), undefined)
    const query = sql`SELECT count(*) AS n FROM ${from} WHERE ${where}`
    return Number(this.statements.prepare(query.sql).get(...query.values)?.n ?? 0)
  }

  selection(search: Search): SqliteSelection {
    const { from, where } = compileSource(search.type, restricted(search), undefined)
    return { selection: 'sqlite', ...sql`SELECT r.id FROM ${from} WHERE ${where}` }
  }
}

function restricted({ type, where, restriction }: Search): Expression {
  return allOf([where, restrictionOf(restriction, type)])
}

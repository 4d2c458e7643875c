import type { DatabaseSync } from 'node:sqlite'
import { type HistoryEntry, type HistoryPage, type HistoryQuery, type HistoryScope, PAGE_BYTES } from '../port.ts'
import { BOUND_LIMIT } from './limit.ts'
import { methodOf } from './methods.ts'
import type { Names } from './names.ts'
import type { SqlValue } from './selection.ts'
import { toVersion, type VersionRow } from './version-row.ts'

type HistoryRow = VersionRow & { seq: number }

interface Condition {
  sql: string
  values: SqlValue[]
}

/** Versions newest first; see `Store.history`. */
export function readHistory(
  database: DatabaseSync,
  names: Names,
  scope: HistoryScope,
  query: HistoryQuery,
  count: number,
): HistoryPage {
  const where = condition(names, scope, query)
  if (!where) return { entries: [], more: false }
  // Both are the order of commits; each is that of the index which serves the scope.
  const order = scope.id === undefined ? 'v.seq DESC' : 'v.version DESC'
  const statement = database.prepare(
    `SELECT v.seq, v.type, r.id, v.version, v.updated, v.method, v.text
     FROM version v JOIN resource r ON r.rid = v.rid WHERE ${where.sql} ORDER BY ${order} LIMIT ${BOUND_LIMIT}`,
  )
  const rows = statement.iterate(...where.values, count + 1) as Iterable<unknown> as Iterable<HistoryRow>
  const entries: HistoryEntry[] = []
  let bytes = 0
  for (const row of rows) {
    if (entries.length === count || bytes > PAGE_BYTES) return { entries, more: true }
    entries.push({
      ...toVersion(row, names.typeName(row.type)),
      position: String(row.seq),
      created: methodOf(row.method).created,
    })
    bytes += row.text?.byteLength ?? 0
  }
  return { entries, more: false }
}

/** Number of versions that `readHistory` would give without a limit. */
export function countHistory(database: DatabaseSync, names: Names, scope: HistoryScope, query: HistoryQuery): number {
  const where = condition(names, scope, query)
  if (!where) return 0
  const row = database.prepare(`SELECT count(*) AS n FROM version v WHERE ${where.sql}`).get(...where.values)
  return Number(row?.n ?? 0)
}

/** Undefined when nothing can match: a type that was never written. */
function condition(names: Names, scope: HistoryScope, query: HistoryQuery): Condition | undefined {
  const parts: Condition[] = []
  if (scope.type !== undefined) {
    const type = names.findType(scope.type)
    if (type === undefined) return undefined
    parts.push(
      scope.id === undefined
        ? { sql: 'v.type = ?', values: [type] }
        : { sql: 'v.rid = (SELECT rid FROM resource WHERE type = ? AND id = ?)', values: [type, scope.id] },
    )
  }
  // Time never goes back from one commit to the next, so that a moment is a place in their order.
  if (query.since !== undefined) {
    const sql = 'v.seq >= ifnull((SELECT min(seq) FROM version WHERE updated >= ?), 9e15)'
    parts.push({ sql, values: [query.since] })
  }
  if (query.before !== undefined) parts.push({ sql: 'v.seq < ?', values: [Number(query.before)] })
  if (query.at) {
    parts.push({
      sql: `v.updated < ? AND NOT EXISTS (
        SELECT 1 FROM version n WHERE n.rid = v.rid AND n.version = v.version + 1 AND n.updated <= ?)`,
      values: [query.at.end, query.at.start],
    })
  }
  return { sql: parts.map((part) => part.sql).join(' AND ') || '1', values: parts.flatMap((part) => part.values) }
}

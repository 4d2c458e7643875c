import type { Collection, Filter } from 'mongodb'
import { type HistoryEntry, type HistoryPage, type HistoryQuery, type HistoryScope, PAGE_BYTES } from '../port.ts'
import { LIMITED } from './connect.ts'
import type { VersionDocument } from './document.ts'

/** Versions newest first; see `Store.history`. Those of one millisecond are in the order of their commit, then of their `_id`s. */
export async function readHistory(
  versions: Collection<VersionDocument>,
  scope: HistoryScope,
  query: HistoryQuery,
  count: number,
): Promise<HistoryPage> {
  const sort = scope.id === undefined ? ({ t: -1, n: -1, _id: -1 } as const) : ({ v: -1 } as const)
  const cursor = versions.find(historyFilter(scope, query), {
    sort,
    limit: count + 1,
    batchSize: count + 1,
    ...LIMITED,
  })
  const entries: HistoryEntry[] = []
  let bytes = 0
  try {
    for await (const version of cursor) {
      if (entries.length === count || bytes > PAGE_BYTES) return { entries, more: true }
      entries.push(toEntry(version))
      bytes += version.text?.length ?? 0
    }
    return { entries, more: false }
  } finally {
    await cursor.close()
  }
}

/**
 * The versions that a history has. Each alternative is a stretch of the index that has them in their order, so that
 * pages are merged and nothing is sorted.
 */
export function historyFilter(scope: HistoryScope, query: HistoryQuery): Filter<VersionDocument> {
  const { since, at, before } = query
  // Moments are whole ms. `$gte` says the same, but secantusdb 0.7.0b3 loses what is at the bound itself on such an index.
  const times = { ...(since === undefined ? {} : { $gt: since - 1 }), ...(at ? { $lt: at.end } : {}) }
  const common: Filter<VersionDocument> = {
    ...(scope.type === undefined ? {} : { type: scope.type }),
    ...(scope.id === undefined ? {} : { id: scope.id }),
    // Also of what has no `until`: it is current.
    ...(at ? { until: { $not: { $lte: at.start } } } : {}),
  }
  const timed = Object.keys(times).length > 0 ? { ...common, t: times } : common
  if (before === undefined) return timed
  const { t, n, _id } = parsePosition(before)
  if (scope.id !== undefined) return { ...timed, v: { $lt: Number(_id.slice(_id.lastIndexOf('/') + 1)) } }
  const earlier = { ...common, t: { ...times, $lt: Math.min(t, at?.end ?? t) } }
  const inTime = t >= (since ?? t) && t < (at?.end ?? Number.POSITIVE_INFINITY)
  return inTime ? { $or: [earlier, { ...common, t, n: { $lt: n } }, { ...common, t, n, _id: { $lt: _id } }] } : earlier
}

function toEntry(version: VersionDocument): HistoryEntry {
  const { type, id, v, t, m, created, text } = version
  return { type, id, version: v, lastUpdated: t, method: m, text, created, position: positionOf(version) }
}

/** Where a version stands among all: `t/n/Type/id/version`. */
export function positionOf({ t, n, _id }: VersionDocument): string {
  return `${t}/${n}/${_id}`
}

/** What `positionOf` was made of. */
export function parsePosition(position: string): Pick<VersionDocument, 't' | 'n' | '_id'> {
  const [t, n, ...id] = position.split('/')
  return { t: Number(t), n: Number(n), _id: id.join('/') }
}

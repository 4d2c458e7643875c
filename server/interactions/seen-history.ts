import { Pace } from '../../resources/pace.ts'
import {
  type HistoryEntry,
  type HistoryPage,
  type HistoryQuery,
  type HistoryScope,
  PAGE_BYTES,
  type Store,
} from '../../resources/store/port.ts'
import type { Sight } from '../sight.ts'

/** Versions that are looked at for one page at the most, and at a time. */
const MOST_LOOKED_AT = 5_000
const AT_ONCE = 200

/** A page of what a caller may see of a history, and the position behind which the next one begins. */
export interface SeenPage {
  entries: HistoryEntry[]
  next: string | undefined
}

/** What tells a history as far as it may be seen. */
export interface Telling {
  page(query: HistoryQuery, count: number): Promise<SeenPage>
  /** undefined where it is too long to be counted. */
  count(query: HistoryQuery): Promise<number | undefined>
}

/**
 * A page of a history as far as it may be seen: read on until it is full and one more is found, so that it tells nothing of
 * what is left out. Where thousands in a row are, it ends early.
 */
export async function seenHistory(
  store: Store,
  scope: HistoryScope,
  query: HistoryQuery,
  count: number,
  sight: Sight,
): Promise<SeenPage> {
  if (sight.isWhole(scope.type)) return whole(await store.history(scope, query, count), count)
  const entries: HistoryEntry[] = []
  let bytes = 0
  const last = await lookThrough(store, scope, query, sight, (entry) => {
    if (entries.length === count || bytes > PAGE_BYTES) return false
    bytes += entry.text?.length ?? 0
    entries.push(entry)
    return true
  })
  if (last.stopped) return { entries, next: entries.at(-1)?.position }
  return { entries, next: last.position }
}

/** How many versions of a history may be seen; undefined where it is too long to look through. */
export async function countSeen(
  store: Store,
  scope: HistoryScope,
  query: HistoryQuery,
  sight: Sight,
): Promise<number | undefined> {
  if (sight.isWhole(scope.type)) return store.countHistory(scope, query)
  let total = 0
  const { position } = await lookThrough(store, scope, query, sight, () => ++total > 0)
  return position === undefined ? total : undefined
}

function whole({ entries, more }: HistoryPage, count: number): SeenPage {
  return { entries, next: more && count > 0 ? entries.at(-1)?.position : undefined }
}

/**
 * Hands on what may be seen, newest first, until `take` wants no more. `position`: of the last that was looked at, where the
 * history goes on behind it and too much was looked at already.
 */
async function lookThrough(
  store: Store,
  scope: HistoryScope,
  query: HistoryQuery,
  sight: Sight,
  take: (entry: HistoryEntry) => boolean,
): Promise<{ stopped: boolean; position?: string | undefined }> {
  const pace = new Pace()
  let before = query.before
  for (let looked = 0; looked < MOST_LOOKED_AT; ) {
    const page = await store.history(scope, before === undefined ? query : { ...query, before }, AT_ONCE)
    for (const entry of await sight.of(page.entries)) if (!take(entry)) return { stopped: true }
    if (!page.more) return { stopped: false }
    looked += page.entries.length
    before = page.entries.at(-1)?.position
    if (pace.due) await pace.rest()
  }
  return { stopped: false, position: before }
}

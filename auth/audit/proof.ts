import type { JSONWebKeySet } from 'jose'
import { type Verdict, type VerifyProgress, verifyLog } from './chain.ts'
import { droppedPoints } from './dropped.ts'
import { AuditFault } from './fault.ts'
import { type AuditKeeper, headUpTo } from './heads.ts'
import { auditKeys, keptHeads, keptTexts, linked } from './kept-heads.ts'
import type { Point } from './reached.ts'

/** Heads that are kept elsewhere than in the store, as a file has them: with the keys that they are signed by. */
export interface ExportedHeads {
  keys: JSONWebKeySet
  /** JWS, the oldest first. */
  heads: string[]
}

/** All heads, and one of what they have not yet, up to now. With `signal`, until it is aborted, the work lets all else go before it. */
export async function exportHeads(store: AuditKeeper, now: number, signal?: AbortSignal): Promise<ExportedHeads> {
  const last = await headUpTo(store, now, signal)
  const kept = await Array.fromAsync(keptTexts(store))
  return { keys: await auditKeys(store), heads: last.head.records > 0 ? [...kept, last.jws] : kept }
}

/** Heads from the text of a file; undefined where it has none. */
export function readHeads(text: string): ExportedHeads | undefined {
  const { keys, heads } = Object(parsed(text)) as Partial<ExportedHeads>
  const isKeys = typeof keys === 'object' && keys !== null && Array.isArray(keys.keys)
  if (!isKeys || !Array.isArray(heads) || !heads.every((jws) => typeof jws === 'string')) return undefined
  return { keys, heads }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Verifies the log of a store: against the heads in it, and where there are some that were kept elsewhere, against these as
 * well: only so a log is found out that was written anew to its end.
 */
export async function* verifyStore(
  store: AuditKeeper,
  elsewhere?: ExportedHeads,
): AsyncGenerator<VerifyProgress, Verdict, undefined> {
  const verdict = yield* settled(store, () => keptHeads(store))
  if (!verdict.whole || !elsewhere) return verdict
  const other = yield* settled(store, () => linked(elsewhere.heads, elsewhere.keys))
  // What was read is the same: that one tells the most that has the most heads.
  return !other.whole || other.heads > verdict.heads ? other : verdict
}

/** Where months are dropped meanwhile, what is missed may have been whole: it is looked at again. */
async function* settled(
  store: AuditKeeper,
  heads: () => ReturnType<typeof linked>,
): AsyncGenerator<VerifyProgress, Verdict, undefined> {
  for (;;) {
    const before = await points(store)
    if (before instanceof AuditFault) return unread(before)
    const verdict = yield* verifyLog(store.audit, { heads: heads(), dropped: before })
    if (verdict.whole) return verdict
    const after = await points(store)
    if (after instanceof AuditFault || sum(after) === sum(before)) return verdict
  }
}

async function points(store: AuditKeeper): Promise<ReadonlyMap<string, Point> | AuditFault> {
  try {
    return await droppedPoints(store)
  } catch (error) {
    if (error instanceof AuditFault) return error
    throw error
  }
}

function unread({ fault }: AuditFault): Verdict {
  return { whole: false, records: 0, chains: 0, heads: 0, fault }
}

function sum(points: ReadonlyMap<string, Point>): number {
  return [...points.values()].reduce((total, { number }) => total + number, 0)
}

import type { Keeper } from '../smart/kept-record.ts'
import { AuditFault } from './fault.ts'
import { type HeadRun, opened } from './head.ts'
import { auditKeys, entriesOf } from './kept-heads.ts'
import type { Point } from './reached.ts'

/** Months that were archived, by their name. */
export const DROPPED_KIND = 'audit-archived'

/** What tells the JWS of an archived month from that of a head. */
export const DROPPED_TYPE = 'audit-archive+jws'

/** A month whose records were archived, to be dropped: what proves the archive, and where chains go on. */
export interface DroppedMonth {
  /** `2020-11` */
  month: string
  archived: string
  /** Name of the file, and its SHA-256. */
  file: string
  sha256: string
  records: number
  /** What of each chain is in it. */
  chains: HeadRun[]
}

/** The months that were archived, the first first. Throws AuditFault where one is not signed by this server. */
export async function* droppedMonths(store: Keeper): AsyncGenerator<DroppedMonth> {
  const keys = await auditKeys(store)
  for await (const { key, value } of entriesOf(store, DROPPED_KIND)) {
    const month = await opened(String((value as { jws?: unknown }).jws), keys, DROPPED_TYPE).catch(() => undefined)
    if ((month as DroppedMonth | undefined)?.month !== key) {
      throw new AuditFault({ kind: 'head', told: `That ${key} was archived is not signed by a key of this server.` })
    }
    yield month as DroppedMonth
  }
}

/** How far each chain was archived. */
export async function droppedPoints(store: Keeper): Promise<Map<string, Point>> {
  const points = new Map<string, Point>()
  for await (const { chains } of droppedMonths(store)) {
    for (const { chain, last, hash } of chains) points.set(chain, { number: last, hash })
  }
  return points
}

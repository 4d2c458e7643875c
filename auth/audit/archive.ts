import type { ChainedRecord } from '../../resources/store/audit.ts'
import { monthOf } from '../../resources/store/audit-key.ts'
import type { StateChange } from '../../resources/store/state.ts'
import { commitState } from '../smart/kept-record.ts'
import { signingKeys } from '../smart/keys.ts'
import { DROPPED_KIND, DROPPED_TYPE, type DroppedMonth, droppedMonths, droppedPoints } from './dropped.ts'
import { type HeadRun, signed } from './head.ts'
import type { AuditKeeper } from './heads.ts'
import { keepingKey, keptHeads } from './kept-heads.ts'
import { merged } from './merged.ts'
import { Reached } from './reached.ts'

/** Thrown where a month cannot be archived yet. */
export class NotCovered extends Error {
  constructor(month: string) {
    super(`Records of ${month} are in no signed head yet.`)
    this.name = 'NotCovered'
  }
}

/** The first month (`2020-11`) whose records are all older than so many years; undefined where there is none. */
export async function monthDue(
  { audit }: Pick<AuditKeeper, 'audit'>,
  years: number,
  now: number,
): Promise<string | undefined> {
  const [month] = await audit.months()
  const bound = new Date(now)
  bound.setUTCFullYear(bound.getUTCFullYear() - years)
  return month !== undefined && month < monthOf(bound.getTime()) ? month : undefined
}

/** What is known of a month that was archived already; undefined where it was not. */
export async function archivedMonth(store: AuditKeeper, month: string): Promise<DroppedMonth | undefined> {
  for await (const one of droppedMonths(store)) if (one.month === month) return one
  return undefined
}

/**
 * The records of the first month there is, for its archive: head by head, in the order that heads are made of them. Answers
 * what of each chain is in it. Throws NotCovered where a record is in no head yet, AuditFault where the log is broken.
 */
export async function* recordsOfMonth(store: AuditKeeper, month: string): AsyncGenerator<ChainedRecord, HeadRun[]> {
  const before = endOf(month)
  const reached = new Reached(await droppedPoints(store))
  const firsts = new Map<string, number>()
  const over = new Set<string>()
  for await (const { head } of keptHeads(store)) {
    const runs = head.chains
      .map(({ chain, last }) => ({ chain, last, before, after: reached.of(chain).number }))
      .filter(({ chain, last, after }) => !over.has(chain) && after < last)
    for await (const { record, near } of merged(store.audit, runs)) {
      reached.advance(record, near)
      if (!firsts.has(record.chain)) firsts.set(record.chain, record.number)
      yield record
    }
    // What comes next in these is of a later month.
    for (const { chain, last } of runs) if (reached.of(chain).number < last) over.add(chain)
  }
  await demandCovered(store, month, reached)
  return [...firsts].map(([chain, first]) => {
    const { number: last, hash } = reached.of(chain)
    return { chain, first, last, hash }
  })
}

async function demandCovered({ audit }: AuditKeeper, month: string, reached: Reached): Promise<void> {
  const before = endOf(month)
  for (const { chain, number } of await audit.chains()) {
    const after = reached.of(chain).number
    if (number <= after) continue
    const [next] = await audit.chain(chain, after, 1)
    if (next && next.recorded < before) throw new NotCovered(month)
  }
}

/** Notes, signed, that a month was archived: from then on it may be dropped. */
export async function noteArchived(store: AuditKeeper, note: DroppedMonth): Promise<void> {
  const [key] = await signingKeys(store)
  const value = { jws: await signed(note, key!, DROPPED_TYPE) }
  const put: StateChange = { kind: 'put', of: DROPPED_KIND, key: note.month, value, expect: 'absent' }
  await commitState(store, put, ...(await keepingKey(store, key!.kid)))
}

/** The first moment behind a month, in ms since 1970. */
function endOf(month: string): number {
  const [year, at] = month.split('-').map(Number)
  return Date.UTC(year!, at!)
}

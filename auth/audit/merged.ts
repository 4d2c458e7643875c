import { Pace } from '../../resources/pace.ts'
import type { AuditLog, ChainedRecord } from '../../resources/store/audit.ts'

/** A run of a chain: from behind a number on. */
export interface Run {
  chain: string
  after: number
  /** The last number of it; all that there are without. */
  last?: number
  /** ms since 1970: what was recorded then or later is not of it. */
  before?: number
}

/** A record, and those that were read along with it. */
export interface Read {
  record: ChainedRecord
  near: readonly ChainedRecord[]
}

/** Records of all chains that are in memory at once, about; and of one. */
const MOST = 4_000
const PAGE = 1_000

/** The records of several chains, in the order of keys; those of one chain in the order that the store has them in. */
export async function* merged(log: AuditLog, runs: readonly Run[]): AsyncGenerator<Read> {
  const size = Math.max(10, Math.min(PAGE, Math.floor(MOST / Math.max(1, runs.length))))
  const open = []
  for (const run of runs) {
    const records = read(log, run, size)
    const { value } = await records.next()
    if (value) open.push({ records, next: value })
  }
  while (open.length > 0) {
    let first = 0
    for (let at = 1; at < open.length; at++) if (open[at]!.next.record.key < open[first]!.next.record.key) first = at
    const one = open[first]!
    yield one.next
    const { value } = await one.records.next()
    if (value) one.next = value
    else open.splice(first, 1)
  }
}

async function* read(
  log: AuditLog,
  { chain, after, last, before }: Run,
  size: number,
): AsyncGenerator<Read, undefined> {
  let [at, page] = [after, [] as ChainedRecord[]]
  const pace = new Pace()
  do {
    // A store may answer without giving others a turn.
    if (pace.due) await pace.rest()
    const end = page.at(-1)
    page = await log.chain(chain, at, size)
    const near = end ? [end, ...page] : page
    for (const record of page) {
      if ((last !== undefined && record.number > last) || (before !== undefined && record.recorded >= before)) return
      yield { record, near }
      at = record.number
      if (record.number === last) return
    }
  } while (page.length === size)
}

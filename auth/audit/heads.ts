import { setTimeout } from 'node:timers/promises'
import { Pace } from '../../resources/pace.ts'
import type { Store } from '../../resources/store/port.ts'
import { commitState, wasCommitted } from '../smart/kept-record.ts'
import { signingKeys } from '../smart/keys.ts'
import { droppedPoints } from './dropped.ts'
import { type AuditHead, nameOf, type SignedHead, signed } from './head.ts'
import { keepingHead, keepingKey, keptHeads } from './kept-heads.ts'
import { merged, type Run } from './merged.ts'
import { MerkleRoot } from './merkle.ts'
import { Reached } from './reached.ts'

/** What heads are made from, and kept in. */
export type AuditKeeper = Pick<Store, 'state' | 'commit' | 'audit'>

const DAY = 86_400_000

/** ms after the end of a day before its head is made: until then what was recorded in it is there, on every process. */
const GRACE = 10 * 60_000

/** ms of rest after each stretch of work that the server does by itself: nobody waits for it. */
const REST = 16

/** Where the heads have come to. */
interface Covered {
  reached: Reached
  last: SignedHead | undefined
}

/**
 * Makes the heads of all days that are over, and answers them: several after a pause, none where they are there. A day without
 * records has none. Throws AuditFault where the log is broken: what is broken is not signed; and when `signal` is aborted:
 * where there is one, the work lets all else go before it.
 */
export async function makeHeads(store: AuditKeeper, now: number, signal?: AbortSignal): Promise<SignedHead[]> {
  const covered = await coveredBy(store)
  const made: SignedHead[] = []
  for (;;) {
    const runs = await openRuns(store, covered.reached)
    const day = Math.max(nextDay(runs), covered.last ? dayAfter(covered.last) : 0)
    if (runs.length === 0 || day + DAY + GRACE > now) return made
    const head = await headOf(store, covered, { runs, day: dayName(day), before: day + DAY, signal })
    const { jws, kid } = await sign(store, head)
    const next = { head, jws }
    // Another process was faster: the rest is its matter too.
    if (!(await wasCommitted(store, ...(await keepingHead(store, next, kid))))) return made
    covered.last = next
    made.push(next)
  }
}

/**
 * A head of all that the heads in the store have not yet, up to now. It is not kept: whoever asks keeps it elsewhere. `signal` as of
 * `makeHeads`.
 */
export async function headUpTo(store: AuditKeeper, now: number, signal?: AbortSignal): Promise<SignedHead> {
  const covered = await coveredBy(store)
  const runs = await openRuns(store, covered.reached)
  const until = new Date(now).toISOString()
  const head = { ...(await headOf(store, covered, { runs, day: dayName(now), signal })), until }
  const { jws, kid } = await sign(store, head)
  await commitState(store, ...(await keepingKey(store, kid)))
  return { head, jws }
}

async function coveredBy(store: AuditKeeper): Promise<Covered> {
  const reached = new Reached()
  let last: SignedHead | undefined
  for await (last of keptHeads(store)) {
    for (const { chain, last: number, hash } of last.head.chains) reached.set(chain, { number, hash })
  }
  // What was dropped was covered; of a copied store the heads may have stayed behind.
  for (const [chain, point] of await droppedPoints(store)) {
    if (reached.of(chain).number < point.number) reached.set(chain, point)
  }
  return { reached, last }
}

/** Chains that go on behind where they were reached, with the moment of their next record. */
async function openRuns({ audit }: AuditKeeper, reached: Reached): Promise<(Run & { next: number })[]> {
  const runs = []
  for (const { chain, number } of await audit.chains()) {
    const after = reached.of(chain).number
    if (number <= after) continue
    const [record] = await audit.chain(chain, after, 1)
    if (record) runs.push({ chain, after, next: record.recorded })
  }
  return runs
}

/** The day of the first record that is next, in ms since 1970. */
function nextDay(runs: readonly { next: number }[]): number {
  const first = runs.reduce((least, { next }) => Math.min(least, next), Number.MAX_SAFE_INTEGER)
  return Math.floor(first / DAY) * DAY
}

/** What comes too late for its day is of the next head. */
function dayAfter({ head }: SignedHead): number {
  return Date.parse(head.day) + DAY
}

async function headOf(
  { audit }: AuditKeeper,
  { reached, last }: Covered,
  {
    runs,
    day,
    before,
    signal,
  }: { runs: readonly Run[]; day: string; before?: number; signal?: AbortSignal | undefined },
): Promise<AuditHead> {
  const tree = new MerkleRoot()
  const pace = new Pace()
  let records = 0
  const bounded = runs.map((run) => ({ ...run, ...(before === undefined ? {} : { before }) }))
  for await (const { record, near } of merged(audit, bounded)) {
    signal?.throwIfAborted()
    if (signal && pace.due) {
      await setTimeout(REST)
      await pace.rest()
    }
    reached.advance(record, near)
    tree.add(record.hash)
    records++
  }
  const chains = runs.flatMap(({ chain, after }) => {
    const { number, hash } = reached.of(chain)
    return number > after ? [{ chain, first: after + 1, last: number, hash }] : []
  })
  return {
    day,
    made: new Date().toISOString(),
    ...(last ? { previous: nameOf(last.jws) } : {}),
    chains: chains.sort((one, other) => (one.chain < other.chain ? -1 : 1)),
    records,
    root: tree.value,
  }
}

async function sign(store: AuditKeeper, head: AuditHead): Promise<{ jws: string; kid: string }> {
  const [key] = await signingKeys(store)
  return { jws: await signed(head, key!), kid: key!.kid }
}

function dayName(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

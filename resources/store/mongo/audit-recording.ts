import type { AuditEntry, AuditOutcome } from '../audit.ts'
import { fingerprints, recordHash } from '../audit-hash.ts'
import { auditKey, monthOf } from '../audit-key.ts'
import type { Outcome } from '../port.ts'
import {
  type AuditDocument,
  CHAINS,
  type ChainDocument,
  dayOf,
  monthlyName,
  TALLIES,
  tallyField,
  toDocument,
} from './audit-document.ts'
import type { Lane } from './audit-lanes.ts'
import type { Write } from './writes.ts'

interface Prepared extends AuditEntry {
  indexed: string[]
}

/** Records to be written in one lane, at one attempt or at several. */
export class Recording {
  private readonly lane: Lane
  private readonly entries: readonly Prepared[]
  private readonly database: string
  /** The lane as the last attempt leaves it when it is committed. */
  reached: Lane

  constructor(lane: Lane, entries: readonly AuditEntry[], database: string) {
    this.lane = lane
    this.reached = lane
    this.entries = entries.map((entry) => ({ ...entry, indexed: fingerprints(entry.keys) }))
    this.database = database
  }

  /** What writes the records, what they are counted by, and the chain's head, in this order; `now` in ms since 1970. */
  *writes(outcomes: readonly Outcome[], now: number): Generator<Write> {
    const recorded = Math.max(now, this.lane.recorded)
    const reached = { ...this.lane, recorded, begun: this.lane.begun || recorded }
    const namespace = `${this.database}.${monthlyName(monthOf(recorded))}`
    for (const entry of this.entries) {
      yield { namespace, name: 'insertOne', document: next(reached, entry, outcomes) }
    }
    yield tallyWrite(this.database, { recorded, chain: reached.chain }, this.entries)
    yield this.headWrite(reached)
    this.reached = reached
  }

  /** Finds the head as this lane has left it, and nothing else. */
  private headWrite({ chain, number, hash, recorded, begun }: Lane): Write {
    const namespace = `${this.database}.${CHAINS}`
    const end = { n: number, h: Buffer.from(hash, 'hex'), t: recorded }
    const first: ChainDocument = { _id: chain, ...end, b: begun }
    if (this.lane.number === 0) return { namespace, name: 'insertOne', document: first }
    return { namespace, name: 'updateOne', filter: { _id: chain, n: this.lane.number }, update: { $set: end } }
  }
}

/**
 * Counts records of one chain, all of one day. A chain counts by itself: what all processes count in one document, they would
 * have to wait for each other with.
 */
export function tallyWrite(
  database: string,
  { recorded, chain }: { recorded: number; chain: string },
  records: Iterable<{ tally: string }>,
): Write {
  const counts: Record<string, number> = {}
  for (const { tally } of records) {
    const field = `d.${tallyField(tally)}`
    counts[field] = (counts[field] ?? 0) + 1
  }
  const filter = { _id: `${dayOf(recorded)} ${chain}` }
  return { namespace: `${database}.${TALLIES}`, name: 'updateOne', filter, update: { $inc: counts }, upsert: true }
}

/** The next record of a lane, which goes on behind it. */
function next(lane: Lane, { text, tally, changes = [], indexed }: Prepared, all: readonly Outcome[]): AuditDocument {
  const outcomes = changes.map((at) => outcomeAt(all, at))
  lane.number++
  const { chain, number, recorded } = lane
  lane.hash = recordHash(lane.hash, { chain, number, recorded, text, outcomes, indexed })
  const place = { recorded, chain, number }
  return toDocument({ key: auditKey(place), ...place, text, tally, outcomes, hash: lane.hash, indexed })
}

function outcomeAt(all: readonly Outcome[], at: number): AuditOutcome {
  const outcome = all[at]
  if (!outcome) throw new Error(`the unit of an audit record has no change ${at}`)
  return { version: outcome.version, created: outcome.created }
}

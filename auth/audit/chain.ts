import type { AuditLog } from '../../resources/store/audit.ts'
import { AuditFault, type Fault } from './fault.ts'
import type { AuditHead, HeadRun, SignedHead } from './head.ts'
import { merged } from './merged.ts'
import { MerkleRoot } from './merkle.ts'
import { type Point, Reached } from './reached.ts'

/** What a log is held against. */
export interface Evidence {
  /** In the order of days. */
  heads: AsyncIterable<SignedHead> | Iterable<SignedHead>
  /** Chains whose beginning was archived and dropped: up to where. */
  dropped: ReadonlyMap<string, Point>
}

/** How far a verification is. */
export interface VerifyProgress {
  /** Records read so far. */
  records: number
}

/** What was found. */
export interface Verdict {
  whole: boolean
  /** Read, and found as they were written: up to the fault, where there is one. */
  records: number
  chains: number
  /** Signed heads that the log fits, and the day of the last one. */
  heads: number
  until?: string
  fault?: Fault
}

const STEP = 1_000

/**
 * Reads the whole log and tells whether it is as it was written: each record follows the one before it in its chain, is found
 * by what its text says, no chain ends before its head, and all fits the signed heads. Of what is broken the first place is
 * named. In memory are a few thousand records, however many there are; what is written meanwhile does no harm.
 */
export async function* verifyLog(log: AuditLog, evidence: Evidence): AsyncGenerator<VerifyProgress, Verdict> {
  const run = new Verification(log, evidence)
  try {
    yield* run.heads()
    yield* run.rest()
  } catch (error) {
    if (!(error instanceof AuditFault)) throw error
    return run.verdict(error.fault)
  }
  return run.verdict()
}

class Verification {
  private readonly log: AuditLog
  private readonly evidence: Evidence
  private readonly reached: Reached
  private readonly chains = new Set<string>()
  private records = 0
  private fitting = 0
  private until: string | undefined

  constructor(log: AuditLog, evidence: Evidence) {
    this.log = log
    this.evidence = evidence
    this.reached = new Reached(evidence.dropped)
  }

  verdict(fault?: Fault): Verdict {
    const { records, until, fitting } = this
    const found = { whole: fault === undefined, records, chains: this.chains.size, heads: fitting }
    return { ...found, ...(until === undefined ? {} : { until }), ...(fault ? { fault } : {}) }
  }

  /** What the heads cover, one after the other. */
  async *heads(): AsyncGenerator<VerifyProgress> {
    const covered = new Map<string, number>()
    for await (const { head } of this.evidence.heads) {
      for (const { chain, first, last } of head.chains) {
        if (first !== (covered.get(chain) ?? first) || last < first) {
          throw faultOf(head, `says that chain ${chain} goes on with record ${first}`)
        }
        covered.set(chain, last + 1)
      }
      yield* this.oneHead(head)
      this.fitting++
      this.until = head.until ?? head.day
    }
  }

  private async *oneHead(head: AuditHead): AsyncGenerator<VerifyProgress> {
    const tree = new MerkleRoot()
    const before = this.records
    const runs = head.chains.map(({ chain, last }) => ({ chain, after: this.reached.of(chain).number, last }))
    const open = runs.filter(({ after, last }) => after < last)
    for await (const { record, near } of merged(this.log, open)) {
      this.reached.advance(record, near)
      tree.add(record.hash)
      if (this.counted(record.chain) % STEP === 0) yield { records: this.records }
    }
    for (const run of head.chains) await this.demandEnd(head, run)
    const read = this.records - before
    // Of what was dropped in part there is no telling.
    const isRead = head.chains.every(({ chain, first }) => (this.evidence.dropped.get(chain)?.number ?? 0) < first)
    if (isRead && (read !== head.records || tree.value !== head.root)) throw faultOf(head, 'was made of other records')
  }

  private async demandEnd(head: AuditHead, { chain, last, hash }: HeadRun): Promise<void> {
    const { number, hash: found } = this.reached.of(chain)
    if (number < last) {
      const [next] = await this.log.chain(chain, number, 1)
      const follows = next ? `record ${next.number} (${next.key}) follows ${number}` : `it ends with record ${number}`
      const told = `Chain ${chain} lacks records: ${follows}, and the signed head of ${head.day} has it up to ${last}.`
      throw new AuditFault({ kind: next ? 'missing' : 'truncated', chain, number: number + 1, day: head.day, told })
    }
    if (number === last && found !== hash)
      throw faultOf(head, `has another record ${last} of chain ${chain}`, { chain, number })
  }

  /** What no head covers yet. */
  async *rest(): AsyncGenerator<VerifyProgress> {
    for (const { chain, number, hash } of await this.log.chains()) {
      this.chains.add(chain)
      const { number: after, hash: known } = this.reached.of(chain)
      if (after === number && known !== hash) throw endsOtherwise(chain, number)
      for await (const { record, near } of merged(this.log, after < number ? [{ chain, after }] : [])) {
        this.reached.advance(record, near)
        if (record.number === number && record.hash !== hash) throw endsOtherwise(chain, number, record.key)
        if (this.counted(chain) % STEP === 0) yield { records: this.records }
      }
      const { number: last } = this.reached.of(chain)
      if (last < number) {
        throw new AuditFault({
          kind: 'truncated',
          chain,
          number: last + 1,
          told: `Chain ${chain} ends with record ${last}: its head says that it goes to ${number}.`,
        })
      }
    }
  }

  private counted(chain: string): number {
    this.chains.add(chain)
    return ++this.records
  }
}

function endsOtherwise(chain: string, number: number, key?: string): AuditFault {
  const told = `Chain ${chain} has another end than its head says.`
  return new AuditFault({ kind: 'truncated', chain, number, ...(key === undefined ? {} : { key }), told })
}

function faultOf({ day }: AuditHead, what: string, where: { chain?: string; number?: number } = {}): AuditFault {
  return new AuditFault({ kind: 'head', day, ...where, told: `The signed head of ${day} ${what}.` })
}

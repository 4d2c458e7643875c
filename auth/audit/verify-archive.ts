import type { ChainedRecord } from '../../resources/store/audit.ts'
import type { Verdict, VerifyProgress } from './chain.ts'
import type { DroppedMonth } from './dropped.ts'
import { AuditFault } from './fault.ts'
import type { AuditHead, SignedHead } from './head.ts'
import { MerkleRoot } from './merkle.ts'
import { Reached } from './reached.ts'

const STEP = 1_000

/** A head as far as its records were read. */
interface Open {
  head: AuditHead
  tree: MerkleRoot
  records: number
}

/**
 * Tells whether archived months are as they were written: each record follows the one before it in its chain, and all fit what
 * was signed when they were archived, and the signed heads. `read` gives the records of one, and throws AuditFault where its
 * file is another. Heads are in memory at once.
 */
export async function* verifyArchive(
  months: AsyncIterable<DroppedMonth>,
  heads: AsyncIterable<SignedHead>,
  read: (month: DroppedMonth) => AsyncIterable<ChainedRecord>,
): AsyncGenerator<VerifyProgress, Verdict> {
  const reached = new Reached()
  const chains = new Set<string>()
  const verdict = { records: 0, chains: 0, heads: 0 }
  try {
    const open = await HeadsByChain.of(heads)
    for await (const month of months) {
      for await (const record of read(month)) {
        reached.advance(record)
        chains.add(record.chain)
        verdict.chains = chains.size
        if (open.add(record)) verdict.heads++
        if (++verdict.records % STEP === 0) yield { records: verdict.records }
      }
      demandEnds(month, reached)
    }
  } catch (error) {
    if (!(error instanceof AuditFault)) throw error
    return { whole: false, ...verdict, fault: error.fault }
  }
  return { whole: true, ...verdict }
}

function demandEnds({ month, chains }: DroppedMonth, reached: Reached): void {
  for (const { chain, last, hash } of chains) {
    const point = reached.of(chain)
    if (point.number === last && point.hash === hash) continue
    const told = `The archive of ${month} ends chain ${chain} with record ${point.number}: it was signed with ${last}.`
    throw new AuditFault({ kind: 'truncated', chain, number: point.number + 1, told })
  }
}

/** Finds the head that a record is in; those of one chain are asked for in their order. */
class HeadsByChain {
  private readonly runs = new Map<string, { last: number; open: Open }[]>()

  static async of(heads: AsyncIterable<SignedHead>): Promise<HeadsByChain> {
    const found = new HeadsByChain()
    for await (const { head } of heads) {
      const open = { head, tree: new MerkleRoot(), records: 0 }
      for (const { chain, last } of head.chains) found.runs.getOrInsertComputed(chain, () => []).push({ last, open })
    }
    return found
  }

  /** Whether it is the last record of its head, which is whole then. */
  add({ chain, number, hash }: ChainedRecord): boolean {
    const runs = this.runs.get(chain) ?? []
    while (runs[0] && runs[0].last < number) runs.shift()
    const open = runs[0]?.open
    if (!open)
      throw new AuditFault({ kind: 'head', chain, number, told: `Record ${number} of chain ${chain} is in no head.` })
    open.tree.add(hash)
    if (++open.records < open.head.records) return false
    if (open.tree.value === open.head.root) return true
    const { day } = open.head
    throw new AuditFault({ kind: 'head', day, told: `The signed head of ${day} was made of other records.` })
  }
}

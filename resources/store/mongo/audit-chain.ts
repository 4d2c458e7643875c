import type { Db } from 'mongodb'
import type { ChainedRecord } from '../audit.ts'
import { monthOf } from '../audit-key.ts'
import {
  type AuditDocument,
  CHAINS,
  type ChainDocument,
  monthlyName,
  monthsIn,
  toRecord,
  WHOLE,
} from './audit-document.ts'
import { LIMITED } from './connect.ts'

/** How long a chain may go on behind its head where what wrote it was broken off, in ms, and much more. */
const MOST_BEHIND = 24 * 60 * 60_000

/** How far a chain was read, and in which month that stands. */
interface Place {
  chain: string
  number: number
  month: string
}

/** Reads chains from one month to the next. */
export class ChainReader {
  private readonly database: Db
  /** Whoever reads a chain on goes on where it was. */
  private last: Place | undefined

  constructor(database: Db) {
    this.database = database
  }

  /** See `AuditLog.chain`. */
  async read(chain: string, after: number, count: number): Promise<ChainedRecord[]> {
    // A limit of 0 is none for the driver.
    if (count < 1) return []
    const last = this.last?.chain === chain && this.last.number === after ? this.last : undefined
    const records: ChainedRecord[] = []
    for (const month of await this.monthsOf(chain, last?.month ?? '')) {
      const documents = this.database.collection<AuditDocument>(monthlyName(month))
      const options = { sort: { n: 1 as const }, limit: count - records.length, ...WHOLE, ...LIMITED }
      const found = documents.find({ c: chain, n: { $gt: after } }, options)
      for await (const document of found) records.push(toRecord(document))
      this.last = { chain, number: records.at(-1)?.number ?? after, month }
      if (records.length >= count) break
    }
    return records
  }

  /**
   * Months from one on in which the chain has records by its head; all where it has none. Most chains are of one month, and there
   * may be thousands.
   */
  private async monthsOf(chain: string, from: string): Promise<string[]> {
    const chains = this.database.collection<ChainDocument>(CHAINS)
    const [months, head] = await Promise.all([monthsIn(this.database), chains.findOne({ _id: chain }, LIMITED)])
    const rest = months.filter((month) => month >= from)
    if (!head) return rest
    const [first, last] = [monthOf(head.b), monthOf(head.t + MOST_BEHIND)]
    return rest.filter((month) => month >= first && month <= last)
  }
}

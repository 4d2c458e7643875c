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

/** Up to which record a chain was read, and in which month that stands. */
interface Place {
  number: number
  month: string
}

/** Chains of which it is remembered how far they were read. */
const MOST_PLACES = 1_000

/** Reads chains from one month to the next. */
export class ChainReader {
  private readonly database: Db
  /** By chain: whoever reads one on goes on where it was. */
  private readonly places = new Map<string, Place>()

  constructor(database: Db) {
    this.database = database
  }

  /** See `AuditLog.chain`. */
  async read(chain: string, after: number, count: number): Promise<ChainedRecord[]> {
    // A limit of 0 is none for the driver.
    if (count < 1) return []
    const place = this.places.get(chain)
    const records: ChainedRecord[] = []
    for (const month of await this.monthsOf(chain, place?.number === after ? place.month : '')) {
      const documents = this.database.collection<AuditDocument>(monthlyName(month))
      const options = { sort: { n: 1 as const }, limit: count - records.length, ...WHOLE, ...LIMITED }
      const found = documents.find({ c: chain, n: { $gt: after } }, options)
      for await (const document of found) records.push(toRecord(document))
      if (records.length >= count) break
    }
    this.note(chain, records.at(-1))
    return records
  }

  private note(chain: string, last: ChainedRecord | undefined): void {
    if (!last) return
    this.places.delete(chain)
    this.places.set(chain, { number: last.number, month: monthOf(last.recorded) })
    if (this.places.size > MOST_PLACES) this.places.delete(this.places.keys().next().value!)
  }

  /**
   * Months from one on in which the chain has records by its head; all where that does not say. Most chains are of one month, and
   * there may be thousands.
   */
  private async monthsOf(chain: string, from: string): Promise<string[]> {
    const chains = this.database.collection<ChainDocument>(CHAINS)
    const [months, head] = await Promise.all([monthsIn(this.database), chains.findOne({ _id: chain }, LIMITED)])
    const rest = months.filter((month) => month >= from)
    // Somebody may have put there what is no moment.
    if (!isMoment(head?.b) || !isMoment(head?.t)) return rest
    const [first, last] = [monthOf(head.b), monthOf(head.t + MOST_BEHIND)]
    return rest.filter((month) => month >= first && month <= last)
  }
}

function isMoment(ms: unknown): ms is number {
  return typeof ms === 'number' && Math.abs(ms) < Date.UTC(9999, 0)
}

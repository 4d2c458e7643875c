import type { Db, Filter } from 'mongodb'
import type { AuditChainHead, AuditLog, AuditQuery, AuditRecord, AuditTally, ChainedRecord } from '../audit.ts'
import { fingerprint } from '../audit-hash.ts'
import { monthOf, placeOfKey, timeKey } from '../audit-key.ts'
import { ChainReader } from './audit-chain.ts'
import {
  type AuditDocument,
  CHAINS,
  type ChainDocument,
  integerOf,
  MONTHLY_NAME,
  monthlyName,
  monthsIn,
  TALLIES,
  type TallyDocument,
  tallyOfField,
  toRecord,
  WHOLE,
} from './audit-document.ts'
import { LIMITED } from './connect.ts'
import type { Layout } from './layout.ts'
import { unreadable, unwritable } from './trouble.ts'
import type { UnderWay } from './under-way.ts'

/** What the audit log is read with. */
export interface AuditSource {
  database: Db
  layout: Layout
  underWay: UnderWay
}

/** Reads the audit log of a database, which has a collection of records for each month. */
export class MongoAudit implements AuditLog {
  private readonly source: AuditSource
  private readonly database: Db
  private readonly reader: ChainReader

  constructor(source: AuditSource) {
    this.source = source
    this.database = source.database
    this.reader = new ChainReader(source.database)
  }

  read(key: string): Promise<AuditRecord | undefined> {
    return this.reading(async () => {
      const place = placeOfKey(key)
      if (!place) return undefined
      const found = await this.collection(monthOf(place.recorded)).findOne({ _id: key }, { ...WHOLE, ...LIMITED })
      return found ? recordOf(found) : undefined
    })
  }

  find(query: AuditQuery, count: number): Promise<AuditRecord[]> {
    return this.reading(async () => {
      const { keys, descending = false } = query
      // A limit of 0 is none for the driver.
      if (count < 1 || keys.some((list) => list.length === 0)) return []
      const filter = filterOf(query)
      const sort = { _id: descending ? (-1 as const) : (1 as const) }
      const found: AuditRecord[] = []
      for (const month of await this.monthsOf(query)) {
        const options = { sort, limit: count - found.length, ...WHOLE, ...LIMITED }
        const records = this.collection(month).find(filter, keys.length > 0 ? { ...options, hint: 'keys' } : options)
        for await (const document of records) found.push(recordOf(document))
        if (found.length >= count) break
      }
      return found
    })
  }

  async *tallies(first: string, last: string): AsyncGenerator<AuditTally> {
    const tallies = this.database.collection<TallyDocument>(TALLIES)
    let day = ''
    let counts = new Map<string, number>()
    const ids = { $gte: first, $lte: `${last}~` }
    for await (const { _id, d } of this.iterating(tallies.find({ _id: ids }, { sort: { _id: 1 }, ...LIMITED }))) {
      const [its = ''] = _id.split(' ')
      if (its !== day) {
        yield* talliesOf(day, counts)
        day = its
        counts = new Map()
      }
      for (const [field, count] of Object.entries(d)) counts.set(field, (counts.get(field) ?? 0) + count)
    }
    yield* talliesOf(day, counts)
  }

  chains(): Promise<AuditChainHead[]> {
    return this.reading(async () => {
      const chains = this.database.collection<ChainDocument>(CHAINS)
      const found = await chains.find({ n: { $gt: 0 } }, { sort: { _id: 1 }, ...LIMITED }).toArray()
      return found.map(({ _id: chain, n, h }) => ({ chain, number: Number(n), hash: h?.toString('hex') ?? '' }))
    })
  }

  chain(chain: string, after: number, count: number): Promise<ChainedRecord[]> {
    return this.reading(() => this.reader.read(chain, after, count))
  }

  months(): Promise<string[]> {
    return this.reading(async () => {
      const months = await monthsIn(this.database)
      const any = (month: string) => this.collection(month).findOne({}, { projection: { _id: 1 }, ...LIMITED })
      const found = await Promise.all(months.map(any))
      return months.filter((_, at) => found[at])
    })
  }

  drop(month: string): Promise<void> {
    return this.source.underWay.add(async () => {
      const name = monthlyName(month)
      if (!MONTHLY_NAME.test(name)) throw new Error('a month is of the form 2026-11')
      await this.collection(month).drop()
      this.source.layout.forget(name)
      const tallies = this.database.collection<TallyDocument>(TALLIES)
      await tallies.deleteMany({ _id: { $gte: month, $lt: `${month}~` } })
    }, unwritable)
  }

  /** Months that may have what is asked for, in the order asked for. */
  private async monthsOf({ from, to, after = '', descending = false }: AuditQuery): Promise<string[]> {
    const behind = placeOfKey(after)?.recorded
    const first = Math.max(from ?? 0, descending ? 0 : (behind ?? 0))
    const last = Math.min(to ?? LAST, descending ? (behind ?? LAST) : LAST)
    const months = (await monthsIn(this.database)).filter((month) => {
      return (first <= 0 || month >= monthOf(first)) && (last >= LAST || month <= monthOf(last))
    })
    return descending ? months.reverse() : months
  }

  private collection(month: string) {
    return this.database.collection<AuditDocument>(monthlyName(month))
  }

  private reading<T>(read: () => Promise<T>): Promise<T> {
    return this.source.underWay.add(read, unreadable)
  }

  private async *iterating<T>(cursor: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* cursor
    } catch (error) {
      throw unreadable(error)
    }
  }
}

/** No moment that a month can be told of is later. */
const LAST = Date.UTC(9999, 11, 31)

function filterOf({ keys, from, to, after, descending }: AuditQuery): Filter<AuditDocument> {
  const bounds: Filter<AuditDocument>[] = []
  if (from !== undefined) bounds.push({ _id: { $gte: timeKey(from) } })
  if (to !== undefined) bounds.push({ _id: { $lt: timeKey(to) } })
  if (after !== undefined) bounds.push({ _id: descending ? { $lt: after } : { $gt: after } })
  for (const list of keys) bounds.push({ k: { $in: list.map((key) => integerOf(fingerprint(key))) } })
  return bounds.length === 0 ? {} : { $and: bounds }
}

function recordOf(document: AuditDocument): AuditRecord {
  const { indexed: _, ...record } = toRecord(document)
  return record
}

function talliesOf(day: string, counts: ReadonlyMap<string, number>): AuditTally[] {
  const tallies = [...counts].map(([field, count]) => ({ day, tally: tallyOfField(field), count }))
  return tallies.sort((one, other) => (one.tally < other.tally ? -1 : 1))
}

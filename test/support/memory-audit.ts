import type { AuditChainHead, AuditEntry, AuditLog, AuditOutcome, AuditRecord } from '../../resources/store/audit.ts'
import { fingerprints, NO_HASH, recordHash } from '../../resources/store/audit-hash.ts'
import { auditKey, monthOf } from '../../resources/store/audit-key.ts'

type Kept = AuditRecord & { keys: readonly string[]; tally: string }

/** An audit log in memory, of one chain: the plainest that there can be. */
export class MemoryAudit implements AuditLog {
  readonly records: Kept[] = []
  private readonly name: string

  constructor(name = 'memory') {
    this.name = name
  }

  append(entry: AuditEntry, recorded: number, outcomes: AuditOutcome[] = []): Kept {
    const { text, keys, tally } = entry
    const number = this.records.length + 1
    const hashed = { chain: this.name, number, recorded, text, outcomes, indexed: fingerprints(keys) }
    const hash = recordHash(this.records.at(-1)?.hash ?? NO_HASH, hashed)
    const key = auditKey({ recorded, chain: this.name, number })
    const record: Kept = { key, recorded, text, outcomes, chain: this.name, number, hash, keys, tally }
    this.records.push(record)
    return record
  }

  async read(key: string) {
    return this.records.find((record) => record.key === key)
  }

  async find(
    { keys, from = 0, to = Number.POSITIVE_INFINITY, descending, after }: Parameters<AuditLog['find']>[0],
    count: number,
  ) {
    const ordered = this.records.toSorted((one, other) => (one.key < other.key ? -1 : 1))
    if (descending) ordered.reverse()
    return ordered
      .filter((record) => record.recorded >= from && record.recorded < to)
      .filter((record) => after === undefined || (descending ? record.key < after : record.key > after))
      .filter((record) => keys.every((list) => list.some((key) => record.keys.includes(key))))
      .slice(0, count)
  }

  async *tallies(first: string, last: string) {
    const counts = new Map<string, { day: string; tally: string; count: number }>()
    for (const { recorded, tally } of this.records) {
      const day = new Date(recorded).toISOString().slice(0, 10)
      if (day < first || day > last) continue
      const own = counts.get(`${day} ${tally}`) ?? { day, tally, count: 0 }
      counts.set(`${day} ${tally}`, { ...own, count: own.count + 1 })
    }
    yield* [...counts.values()].sort((one, other) => (one.day < other.day ? -1 : 1))
  }

  async chains(): Promise<AuditChainHead[]> {
    const last = this.records.at(-1)
    return last ? [{ chain: last.chain, number: last.number, hash: last.hash }] : []
  }

  async chain(chain: string, after: number, count: number) {
    const own = this.records.filter((record) => record.chain === chain && record.number > after)
    return own.slice(0, count).map((record) => ({ ...record, indexed: fingerprints(record.keys) }))
  }

  async months() {
    return [...new Set(this.records.map(({ recorded }) => monthOf(recorded)))].sort()
  }

  async drop(month: string) {
    const left = this.records.filter(({ recorded }) => monthOf(recorded) !== month)
    this.records.splice(0, this.records.length, ...left)
  }
}

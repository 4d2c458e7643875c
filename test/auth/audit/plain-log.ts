import { encodeDeed } from '../../../auth/audit/codec.ts'
import type { Deed } from '../../../auth/audit/deed.ts'
import type { AuditEntry, AuditLog, AuditQuery, AuditTally } from '../../../resources/store/audit.ts'
import { fingerprints, NO_HASH, recordHash } from '../../../resources/store/audit-hash.ts'

type Kept = Awaited<ReturnType<AuditLog['chain']>>[number] & Pick<AuditEntry, 'keys' | 'tally'>

/** An audit log in memory, of one chain: everything it answers is found by looking at each record. */
export class PlainLog implements AuditLog {
  readonly records: Kept[] = []
  private head = { chain: 'a', number: 0, hash: NO_HASH }

  add(deed: Deed, recorded = deed.at, changes: readonly number[] = []): void {
    for (const { text, keys, tally } of encodeDeed(deed, changes)) {
      const number = this.head.number + 1
      const record = { chain: 'a', number, recorded, text, outcomes: [], indexed: fingerprints(keys) }
      const hash = recordHash(this.head.hash, record)
      const key = `${String(recorded).padStart(15, '0')}-${String(number).padStart(8, '0')}`
      this.records.push({ ...record, key, hash, keys, tally })
      this.head = { chain: 'a', number, hash }
    }
  }

  async read(key: string) {
    return this.records.find((record) => record.key === key)
  }

  async find({ keys, from = 0, to = Number.POSITIVE_INFINITY, descending = false, after }: AuditQuery, count: number) {
    const some = this.records.filter(
      ({ recorded, keys: has }) =>
        recorded >= from && recorded < to && keys.every((list) => list.some((key) => has.includes(key))),
    )
    if (descending) some.reverse()
    const behind = after === undefined ? some : some.filter(({ key }) => (descending ? key < after : key > after))
    return behind.slice(0, count)
  }

  async *tallies(first: string, last: string): AsyncGenerator<AuditTally> {
    const counts = new Map<string, AuditTally>()
    for (const { recorded, tally } of this.records) {
      const day = new Date(recorded).toISOString().slice(0, 10)
      if (day < first || day > last) continue
      const counted = counts.get(`${day} ${tally}`) ?? { day, tally, count: 0 }
      counts.set(`${day} ${tally}`, { ...counted, count: counted.count + 1 })
    }
    yield* counts.values()
  }

  async chains() {
    return this.head.number === 0 ? [] : [this.head]
  }

  async chain(_chain: string, after: number, count: number) {
    return this.records.filter(({ number }) => number > after).slice(0, count)
  }

  async months() {
    return [...new Set(this.records.map(({ recorded }) => new Date(recorded).toISOString().slice(0, 7)))].sort()
  }

  async drop(month: string) {
    const kept = this.records.filter(({ recorded }) => new Date(recorded).toISOString().slice(0, 7) !== month)
    this.records.splice(0, this.records.length, ...kept)
  }
}

import { encodeDeed } from '../../../auth/audit/codec.ts'
import type { Deed } from '../../../auth/audit/deed.ts'
import type { AuditEntry, AuditLog, AuditQuery, AuditTally } from '../../../resources/store/audit.ts'
import { fingerprints, NO_HASH, recordHash } from '../../../resources/store/audit-hash.ts'
import { auditKey } from '../../../resources/store/audit-key.ts'

type Kept = Awaited<ReturnType<AuditLog['chain']>>[number] & Pick<AuditEntry, 'keys' | 'tally'>

/** An audit log in memory: everything it answers is found by looking at each record. */
export class PlainLog implements AuditLog {
  readonly records: Kept[] = []
  private readonly heads = new Map<string, { chain: string; number: number; hash: string }>()

  /** Records of one chain are to be added in the order of their time. */
  add(deed: Deed, recorded = deed.at, chain = 'a', changes: readonly number[] = []): void {
    for (const { text, keys, tally } of encodeDeed(deed, changes)) {
      const before = this.heads.get(chain) ?? { number: 0, hash: NO_HASH }
      const number = before.number + 1
      const record = { chain, number, recorded, text, outcomes: [], indexed: fingerprints(keys) }
      const hash = recordHash(before.hash, record)
      this.records.push({ ...record, key: auditKey(record), hash, keys, tally })
      this.heads.set(chain, { chain, number, hash })
    }
    this.records.sort((one, other) => (one.key < other.key ? -1 : 1))
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
    return [...this.heads.values()]
  }

  async chain(name: string, after: number, count: number) {
    return this.records.filter(({ chain, number }) => chain === name && number > after).slice(0, count)
  }

  async months() {
    return [...new Set(this.records.map(({ recorded }) => new Date(recorded).toISOString().slice(0, 7)))].sort()
  }

  async drop(month: string) {
    const kept = this.records.filter(({ recorded }) => new Date(recorded).toISOString().slice(0, 7) !== month)
    this.records.splice(0, this.records.length, ...kept)
  }
}

import { encodeDeed } from '../../auth/audit/codec.ts'
import type { Deed } from '../../auth/audit/deed.ts'
import type { Archive, ArchivedRecord } from '../../resources/store/archive.ts'
import { fingerprints, NO_HASH, recordHash } from '../../resources/store/audit-hash.ts'
import { auditKey } from '../../resources/store/audit-key.ts'

/** A record of a chain, with the keys that it is found by. */
export interface MadeRecord extends ArchivedRecord {
  keys: readonly string[]
}

/** The chain that the hospital's records stand in. */
const CHAIN = 'hospital'

/** ms from when something was asked for to when it was recorded. */
const ANSWERED_IN = 4

/** The records of deeds as a store would have made them at their time, hashed one after the other. */
export function* recordsOf(days: Iterable<readonly Deed[]>): Generator<MadeRecord> {
  let number = 0
  let hash = NO_HASH
  let recorded = 0
  for (const deeds of days) {
    for (const deed of deeds) {
      recorded = Math.max(recorded, deed.at + ANSWERED_IN)
      for (const { text, keys, tally } of encodeDeed(deed)) {
        const indexed = fingerprints(keys)
        number++
        hash = recordHash(hash, { chain: CHAIN, number, recorded, text, outcomes: [], indexed })
        const key = auditKey({ recorded, chain: CHAIN, number })
        yield { key, recorded, text, outcomes: [], chain: CHAIN, number, hash, indexed, keys, tally }
      }
    }
  }
}

/** Records of one transaction. */
const UNIT = 2_000

/** Writes records as a copy of a log does, at their own times, and how their chain ends; answers how many. */
export async function restoreRecords(
  archive: Pick<Archive, 'restore'>,
  records: Iterable<MadeRecord>,
): Promise<number> {
  let some: MadeRecord[] = []
  let last: MadeRecord | undefined
  for (const record of records) {
    last = record
    if (some.push(record) < UNIT) continue
    await archive.restore({ audit: some })
    some = []
  }
  if (!last) return 0
  const { chain, number, hash } = last
  await archive.restore({ audit: some, chains: [{ chain, number, hash }] })
  return number
}

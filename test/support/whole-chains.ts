import type { Test } from 'tap'
import type { AuditLog, ChainedRecord } from '../../resources/store/audit.ts'
import { NO_HASH, recordHash } from '../../resources/store/audit-hash.ts'
import { auditKey } from '../../resources/store/audit-key.ts'

const PAGE = 300

/**
 * All records of a log by chain, which fail the test where a chain is not whole: numbers without gaps, times that never go back,
 * names and hashes that follow, and a head that is no further than its records.
 */
export async function wholeChains(t: Test, audit: AuditLog): Promise<Map<string, ChainedRecord[]>> {
  const all = new Map<string, ChainedRecord[]>()
  for (const { chain, number, hash } of await audit.chains()) {
    const records = await readChain(audit, chain)
    all.set(chain, records)
    let before = { number: 0, hash: NO_HASH, recorded: 0 }
    for (const record of records) {
      const follows = record.number === before.number + 1 && record.hash === recordHash(before.hash, record)
      if (!follows || record.recorded < before.recorded || record.key !== auditKey(record)) {
        t.fail(`record ${record.number} of ${chain} does not follow`)
      }
      before = record
    }
    t.equal(records[number - 1]?.hash, hash, `the head of ${chain}, of ${records.length} records`)
  }
  return all
}

async function readChain(audit: AuditLog, chain: string): Promise<ChainedRecord[]> {
  const records: ChainedRecord[] = []
  for (;;) {
    const page = await audit.chain(chain, records.length, PAGE)
    records.push(...page)
    if (page.length === 0) return records
  }
}

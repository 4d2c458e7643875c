import type { Db } from 'mongodb'
import type { ArchivedRecord, ArchivePart } from '../archive.ts'
import { monthOf, placeOfKey } from '../audit-key.ts'
import {
  type AuditDocument,
  CHAINS,
  dayOf,
  monthlyName,
  monthsIn,
  toArchived,
  toDocument,
  WHOLE,
} from './audit-document.ts'
import { tallyWrite } from './audit-recording.ts'
import type { Write } from './writes.ts'

/** See `Archive.audit`. */
export async function* readRecords(database: Db, after = ''): AsyncGenerator<ArchivedRecord> {
  const place = placeOfKey(after)
  const first = place ? monthOf(place.recorded) : ''
  for (const month of await monthsIn(database)) {
    if (month < first) continue
    const documents = database.collection<AuditDocument>(monthlyName(month))
    for await (const document of documents.find({ _id: { $gt: after } }, { sort: { _id: 1 }, ...WHOLE })) {
      yield toArchived(document)
    }
  }
}

/** Months that records are of. */
export function monthsOf(records: readonly ArchivedRecord[]): Set<string> {
  return new Set(records.map(({ recorded }) => monthOf(recorded)))
}

/** What writes records as they are, counts them, and ends their chains where a part says so. */
export function* recordWrites({ audit = [], chains = [] }: ArchivePart, database: string): Generator<Write> {
  for (const record of audit) {
    const namespace = `${database}.${monthlyName(monthOf(record.recorded))}`
    yield { namespace, name: 'insertOne', document: toDocument(record) }
  }
  for (const [, records] of Map.groupBy(audit, ({ chain, recorded }) => `${dayOf(recorded)} ${chain}`)) {
    yield tallyWrite(database, records[0]!, records)
  }
  for (const [chain, records] of Map.groupBy(audit, (record) => record.chain)) {
    yield chainWrite(database, chain, { $min: { b: records[0]!.recorded }, $max: { t: records.at(-1)!.recorded } })
  }
  for (const { chain, number, hash } of chains) {
    yield chainWrite(database, chain, { $set: { n: number, h: Buffer.from(hash, 'hex') } })
  }
}

function chainWrite(database: string, _id: string, update: object): Write {
  return { namespace: `${database}.${CHAINS}`, name: 'updateOne', filter: { _id }, update, upsert: true }
}

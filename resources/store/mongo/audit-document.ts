import type { Db } from 'mongodb'
import type { ArchivedRecord } from '../archive.ts'
import type { AuditOutcome, ChainedRecord } from '../audit.ts'
import { placeOfKey } from '../audit-key.ts'

/** The collections of heads of chains, and of what is counted; records have one for each month. */
export const CHAINS = 'audit_chains'
export const TALLIES = 'audit_tallies'

const MONTHLY = 'audit_'

/** Names of the collections of months. */
export const MONTHLY_NAME = /^audit_\d{4}_\d{2}$/

/** A record by its name (`auditKey`), which has the time. */
export interface AuditDocument {
  _id: string
  /** Chain and number, for the index. */
  c: string
  n: number
  /** The text, and what it is counted under. */
  x: string
  y: string
  /** Outcomes: their versions, a `c` behind one that was created, with spaces between; absent where there are none. */
  o?: string
  /** SHA-256 */
  h: Buffer
  /** Fingerprints in ascending order, as integers of 64 bits; absent where there are none. */
  k?: bigint[]
}

/** The head of a chain. */
export interface ChainDocument {
  _id: string
  /** Number and hash of its last record; absent while it comes from another store. */
  n?: number
  h?: Buffer
  /** When its first and its last record were written, in ms since 1970. */
  b: number
  t: number
  /** A process has left it behind for others, all of it known. */
  f?: true
}

/** What one chain counts for one day: by `tallyField`. Of the name of the day, a space, and the chain. */
export interface TallyDocument {
  _id: string
  d: Record<string, number>
}

/** How documents with integers of 64 bits are to be read. */
export const WHOLE = { useBigInt64: true }

/** The collection of a month (`2026-11`). */
export function monthlyName(month: string): string {
  return MONTHLY + month.replace('-', '_')
}

/** Months that have a collection, the first first. */
export async function monthsIn(database: Db): Promise<string[]> {
  const collections = await database.listCollections({ name: { $regex: MONTHLY_NAME } }, { nameOnly: true }).toArray()
  const names = collections.map(({ name }) => name).filter((name) => MONTHLY_NAME.test(name))
  return names.map((name) => name.slice(MONTHLY.length).replace('_', '-')).sort()
}

/** The day (`2026-11-28`, UTC) of a moment in ms since 1970. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** A tally as the name of a field. */
export function tallyField(tally: string): string {
  return `t${Buffer.from(tally).toString('base64url')}`
}

export function tallyOfField(field: string): string {
  return Buffer.from(field.slice(1), 'base64url').toString()
}

export function toDocument(record: ArchivedRecord): AuditDocument {
  const { key, chain, number, text, tally, outcomes, hash, indexed } = record
  return {
    _id: key,
    c: chain,
    n: number,
    x: text,
    y: tally,
    ...(outcomes.length === 0 ? {} : { o: outcomes.map(becameOf).join(' ') }),
    h: Buffer.from(hash, 'hex'),
    ...(indexed.length === 0 ? {} : { k: indexed.map(integerOf) }),
  }
}

/** A record from its document. Whoever changed that in the database may have put anything there: it is found to be another one. */
export function toRecord({ _id: key, c: chain, n: number, x: text, o = '', h, k = [] }: AuditDocument): ChainedRecord {
  return {
    key,
    recorded: placeOfKey(key)?.recorded ?? 0,
    text: String(text),
    outcomes: o === '' ? [] : String(o).split(' ').map(outcomeOf),
    chain,
    number: Number(number),
    hash: Buffer.isBuffer(h) ? h.toString('hex') : '',
    indexed: Array.isArray(k) ? k.map(hexadecimalOf) : [],
  }
}

/** A record from its document, with what it is counted under. */
export function toArchived(document: AuditDocument): ArchivedRecord {
  return { ...toRecord(document), tally: document.y }
}

/** A fingerprint as it is kept. */
export function integerOf(fingerprint: string): bigint {
  return BigInt(`0x${fingerprint}`)
}

function hexadecimalOf(integer: bigint): string {
  return typeof integer === 'bigint' ? integer.toString(16).padStart(16, '0') : ''
}

function becameOf({ version, created }: AuditOutcome): string {
  return created ? `${version}c` : `${version}`
}

function outcomeOf(became: string): AuditOutcome {
  return { version: Number.parseInt(became, 10), created: became.endsWith('c') }
}

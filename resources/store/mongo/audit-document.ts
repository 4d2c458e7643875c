import type { Db } from 'mongodb'
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

/** A record with what it is counted under. */
export interface TalliedRecord extends ChainedRecord {
  tally: string
}

/** The head of a chain. */
export interface ChainDocument {
  _id: string
  n: number
  h: Buffer
  /** When its first and its last record were written, in ms since 1970; absent of a chain from another store. */
  b?: number
  t?: number
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

export function toDocument(record: TalliedRecord): AuditDocument {
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

/** Of a document that somebody has changed, whatever can be told of it. */
export function toRecord({ _id: key, c: chain, n: number, x: text, o = '', h, k = [] }: AuditDocument): ChainedRecord {
  const outcomes = o === '' ? [] : o.split(' ').map(outcomeOf)
  const recorded = placeOfKey(key)?.recorded ?? 0
  return { key, recorded, text, outcomes, chain, number, hash: h.toString('hex'), indexed: k.map(hexadecimalOf) }
}

/** A fingerprint as it is kept. */
export function integerOf(fingerprint: string): bigint {
  return BigInt(`0x${fingerprint}`)
}

function hexadecimalOf(integer: bigint): string {
  return integer.toString(16).padStart(16, '0')
}

function becameOf({ version, created }: AuditOutcome): string {
  return created ? `${version}c` : `${version}`
}

function outcomeOf(became: string): AuditOutcome {
  return { version: Number.parseInt(became, 10), created: became.endsWith('c') }
}

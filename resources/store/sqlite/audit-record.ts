import type { AuditOutcome, AuditRecord } from '../audit.ts'
import { auditKey } from '../audit-key.ts'

/** A record's row, with the name of its chain. */
export interface RecordRow {
  seq: number
  recorded: number
  chain: string
  number: number
  hash: Uint8Array
  keys: Uint8Array
  outcomes: string | null
  text: string
}

/** The statement's part that gives `RecordRow`s of a month's table, with further columns of it. */
export function recordsOf(table: string, ...more: `a.${string}`[]): string {
  const columns = ['a.seq', 'a.recorded', 'c.name AS chain', 'a.number', 'a.hash', 'a.keys', 'a.outcomes', 'a.text']
  return `SELECT ${[...columns, ...more].join(', ')}
    FROM ${table} a CROSS JOIN audit_chain c ON c.id = a.chain`
}

/** A record from its row. */
export function recordOf({ recorded, chain, number, hash, outcomes, text }: RecordRow): AuditRecord {
  return {
    key: auditKey({ recorded, chain, number }),
    recorded,
    text,
    outcomes: outcomes === null ? [] : (JSON.parse(outcomes) as number[]).map(outcomeOf),
    chain,
    number,
    hash: hex(hash),
  }
}

/** Fingerprints in hexadecimal, of those that stand behind each other. */
export function fingerprintsOf(keys: Uint8Array): string[] {
  return hex(keys).match(/.{16}/g) ?? []
}

/** What `outcomes` keeps of one. */
export function keptOutcome({ version, created }: AuditOutcome): number {
  return created ? -version : version
}

function outcomeOf(kept: number): AuditOutcome {
  return { version: Math.abs(kept), created: kept < 0 }
}

/** Bytes in hexadecimal. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

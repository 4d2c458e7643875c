import { hash } from 'node:crypto'
import type { AuditOutcome } from './audit.ts'

/** What the first record of a chain follows. */
export const NO_HASH = '0'.repeat(64)

/** What a hash covers besides the hash before it. */
export interface Hashed {
  chain: string
  number: number
  recorded: number
  text: string
  outcomes: readonly AuditOutcome[]
  /** `fingerprints` of its keys. */
  indexed: readonly string[]
}

/**
 * The SHA-256 of a record in its canonical form and of the hash before it, in hexadecimal: JSON of an array in this order,
 * without spaces, in UTF-8.
 */
export function recordHash(before: string, { chain, number, recorded, text, outcomes, indexed }: Hashed): string {
  const became = outcomes.map(({ version, created }) => (created ? `${version}c` : `${version}`))
  return hash('sha256', JSON.stringify([before, chain, number, recorded, became, indexed, text]))
}

/** What stores find keys by: the first 63 bits of their SHA-256 in hexadecimal, each once, in ascending order. */
export function fingerprints(keys: readonly string[]): string[] {
  return [...new Set(keys.map(fingerprint))].sort()
}

/** 16 hexadecimal digits, the first below 8: a positive integer of 64 bits. */
export function fingerprint(key: string): string {
  const digits = hash('sha256', key).slice(0, 16)
  return (Number.parseInt(digits[0]!, 16) & 7).toString(16) + digits.slice(1)
}

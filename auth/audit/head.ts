import { hash } from 'node:crypto'
import {
  CompactSign,
  type CryptoKey,
  compactVerify,
  createLocalJWKSet,
  importJWK,
  type JSONWebKeySet,
  type JWK,
} from 'jose'

/** What one chain has gained since the head before. */
export interface HeadRun {
  chain: string
  /** Its first and its last record: their numbers. */
  first: number
  last: number
  /** Of the last one. */
  hash: string
}

/**
 * What is signed at the end of a day (JWS, RFC 7515): how far each chain goes, and what the log says. A log that is written
 * anew to its end does not fit it.
 */
export interface AuditHead {
  /** `2026-11-28` (UTC): it has all that was recorded until its end, and no head before it has. */
  day: string
  /** Of one that was made on demand, the moment up to which it goes. */
  until?: string
  made: string
  /** SHA-256 of the JWS of the head before; absent of the first. */
  previous?: string
  /** Those that have gained something, in the order of their names. */
  chains: HeadRun[]
  /** How many records they have gained. */
  records: number
  /** Merkle tree hash (RFC 6962) of the hashes of these, in the order of their keys. */
  root: string
}

/** A head, and the JWS that it was read from. */
export interface SignedHead {
  head: AuditHead
  jws: string
}

const TYPE = 'audit-head+jws'

/** Signs a head, or what else is to be proved (`type` tells). */
export async function signed(content: object, key: JWK, type = TYPE): Promise<string> {
  const { alg = '', kid = '' } = key
  const payload = new TextEncoder().encode(JSON.stringify(content))
  return new CompactSign(payload)
    .setProtectedHeader({ alg, kid, typ: type })
    .sign((await importJWK(key, alg)) as CryptoKey)
}

/** What was signed by one of these keys. Rejects where it was not, or is of another type. */
export async function opened(jws: string, keys: JSONWebKeySet, type = TYPE): Promise<unknown> {
  const { payload, protectedHeader } = await compactVerify(jws, createLocalJWKSet(keys), {
    algorithms: ['ES384', 'RS384'],
  })
  if (protectedHeader.typ !== type) throw new Error('signed for something else')
  return JSON.parse(new TextDecoder().decode(payload))
}

/** What the next head names a head by. */
export function nameOf(jws: string): string {
  return hash('sha256', jws)
}

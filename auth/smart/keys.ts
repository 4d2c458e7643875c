import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose'
import type { StateChange, StateEntry } from '../../resources/store/state.ts'
import { type Keeper, untilWritten, wasCommitted } from './kept-record.ts'

const KIND = 'key'

/** Algorithms that the server signs with (SMART App Launch 2.2, "Asymmetric client authentication" asks both of everybody). */
export const SIGNING_ALGORITHMS = ['ES384', 'RS384'] as const

type Algorithm = (typeof SIGNING_ALGORITHMS)[number]

const MODULUS_BITS = 3072

/** ms that a key stays among the public ones when another signs: longer than any token that it has signed lives. */
const KEPT = 24 * 60 * 60 * 1000

/** Keys that are listed at the most: rotated more often than that in a day, the oldest go unheard. */
const MOST = 200

const BEFORE = 'before:'

/** A private key in JWK form, with what it is for. */
export interface SigningKey extends JWK {
  kid: string
  alg: Algorithm
  use: 'sig'
}

/** A key as the store keeps it, under the name of its algorithm, or, once another one signs, of its `kid`. */
interface KeptKey {
  key: SigningKey
  /** ms since 1970 */
  made: number
}

/** What may be told of a key. */
export interface KeyFacts {
  kid: string
  alg: Algorithm
  made: number
  /** Until when it is among the public keys, of one that signs no more. */
  until?: number
}

/**
 * The private keys, for each algorithm the one that signs now before those that have signed. Those that are not there are
 * made: of many processes that begin at once, all have the same.
 */
export async function signingKeys(store: Keeper): Promise<SigningKey[]> {
  return (await keptKeys(store)).map(({ value }) => (value as KeptKey).key)
}

/** The public keys (RFC 7517), also of keys that sign no more but whose tokens may not have ended. */
export async function publicKeys(store: Keeper): Promise<JSONWebKeySet> {
  return { keys: (await signingKeys(store)).map(publicOf) }
}

/** What may be told of the keys, in the order of `signingKeys`. */
export async function keyFacts(store: Keeper): Promise<KeyFacts[]> {
  return (await keptKeys(store)).map(({ value, expires }) => {
    const { key, made } = value as KeptKey
    return { kid: key.kid, alg: key.alg, made, ...(expires === undefined ? {} : { until: expires }) }
  })
}

/**
 * Makes new keys, which sign from now on. The old ones stay among the public ones until what they have signed has ended, or,
 * with `atOnce`, no longer: then all tokens end now.
 */
export async function rotateKeys(store: Keeper, atOnce: boolean): Promise<KeyFacts[]> {
  await keptKeys(store)
  const made = await Promise.all(SIGNING_ALGORITHMS.map(makeKey))
  await untilWritten(async () => {
    const entries = await store.state.list(KIND, undefined, MOST)
    const changes = atOnce ? replacing(entries, made) : retiring(entries, made)
    return (await wasCommitted(store, ...changes)) || undefined
  })
  return keyFacts(store)
}

/** The kept keys, those that sign first. */
async function keptKeys(store: Keeper): Promise<StateEntry[]> {
  const entries = await store.state.list(KIND, undefined, MOST)
  const missing = SIGNING_ALGORITHMS.filter((alg) => !entries.some(({ key }) => key === alg))
  for (const alg of missing) {
    // Another process may have been faster: its key is the one.
    await wasCommitted(store, putOf(alg, { key: await makeKey(alg), made: Date.now() }, 'absent'))
  }
  const all = missing.length > 0 ? await store.state.list(KIND, undefined, MOST) : entries
  const madeAt = ({ value }: StateEntry) => (value as KeptKey).made
  const retired = all.filter(({ key }) => key.startsWith(BEFORE)).sort((one, other) => madeAt(other) - madeAt(one))
  return [...all.filter(({ key }) => !key.startsWith(BEFORE)), ...retired]
}

function retiring(entries: readonly StateEntry[], made: readonly SigningKey[]): StateChange[] {
  return made.flatMap((key): StateChange[] => {
    const entry = entries.find((one) => one.key === key.alg)
    if (!entry) return [putOf(key.alg, { key, made: Date.now() }, 'absent')]
    const old = entry.value as KeptKey
    const kept = putOf(`${BEFORE}${old.key.kid}`, old, 'absent')
    return [{ ...kept, expires: Date.now() + KEPT }, putOf(key.alg, { key, made: Date.now() }, entry.revision)]
  })
}

function replacing(entries: readonly StateEntry[], made: readonly SigningKey[]): StateChange[] {
  const gone = entries.map(({ key, revision }): StateChange => ({ kind: 'remove', of: KIND, key, expect: revision }))
  return [...gone, ...made.map((key) => putOf(key.alg, { key, made: Date.now() }, 'absent'))]
}

type Put = Extract<StateChange, { kind: 'put' }>

function putOf(key: string, value: KeptKey, expect: number | 'absent'): Put {
  return { kind: 'put', of: KIND, key, value, expect }
}

async function makeKey(alg: Algorithm): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: MODULUS_BITS })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg, use: 'sig' }
}

/** The public members alone: what is not named stays behind. */
function publicOf({ kty, crv, x, y, n, e, kid, alg, use }: SigningKey): JWK {
  const members = kty === 'EC' ? { crv, x, y } : { n, e }
  return { kty: kty!, kid, alg, use, ...members } as JWK
}

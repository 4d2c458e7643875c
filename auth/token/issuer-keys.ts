import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose'
import { FhirError } from '../../resources/fhir-error.ts'
import type { TokenHeader } from './parts.ts'

/** When an issuer's keys are asked for again; all in ms. */
export interface KeyTimes {
  /** Keys of this age are asked for anew, while those that are there still serve. */
  fresh: number
  /** Keys of this age serve no more, whether their issuer can be reached or not. */
  stale: number
  /** For a key that is not known, this long after the last answer the issuer is asked again. */
  again: number
  /** The same after a failure. */
  retry: number
}

/**
 * Another server's keys. After an hour without it they serve no more: who has its tokens could not have got a new one
 * either, and a key that it has given up would go on.
 */
export const FOREIGN_TIMES: KeyTimes = { fresh: 300_000, stale: 3_600_000, again: 15_000, retry: 5_000 }

/** The store's keys, which are near. */
export const OWN_TIMES: KeyTimes = { fresh: 5_000, stale: 60_000, again: 1_000, retry: 1_000 }

interface KeySet {
  kids: ReadonlySet<unknown>
  find: LocalJWKSet
  loaded: number
}

/**
 * The public keys of one issuer, asked for when they are needed and once for all who wait; no key of another issuer is
 * ever among them.
 */
export class IssuerKeys {
  private readonly load: () => Promise<JSONWebKeySet>
  private readonly times: KeyTimes
  private readonly now: () => number
  private set: KeySet | undefined
  private loading: Promise<void> | undefined
  /** When the last attempt was over, and whether it failed. */
  private tried: { at: number; failed: boolean } | undefined

  /** `load` gives the keys as they are now; `now` is a clock in ms that never goes back. */
  constructor(load: () => Promise<JSONWebKeySet>, times: KeyTimes, now: () => number = () => performance.now()) {
    this.load = load
    this.times = times
    this.now = now
  }

  /**
   * The key that a token's header names, fit for its algorithm; undefined where the issuer has none. Throws `unavailable`
   * where the key is not known and the issuer does not answer.
   */
  async find(header: TokenHeader): Promise<CryptoKey | undefined> {
    const age = this.set ? this.now() - this.set.loaded : Number.POSITIVE_INFINITY
    if (age > this.times.stale) this.set = undefined
    else if (age > this.times.fresh && this.mayTry()) void this.reload()
    if (!this.set?.kids.has(header.kid) && (this.loading || this.mayTry())) await this.reload()
    if (this.set?.kids.has(header.kid)) return this.set.find({ ...header }).catch(() => undefined)
    if (this.tried?.failed) {
      throw FhirError.of('unavailable', 'Who issued the token cannot be asked for its keys now; try again.')
    }
    return undefined
  }

  private mayTry(): boolean {
    if (!this.tried) return true
    return this.now() - this.tried.at >= (this.tried.failed ? this.times.retry : this.times.again)
  }

  /** Asks for the keys, once for all who call meanwhile. Never rejects. */
  private reload(): Promise<void> {
    this.loading ??= this.load()
      .then((keys) => {
        const find = createLocalJWKSet(keys)
        const loaded = this.now()
        this.set = { find, kids: new Set(keys.keys.map(({ kid }) => kid)), loaded }
        this.tried = { at: loaded, failed: false }
      })
      .catch(() => {
        this.tried = { at: this.now(), failed: true }
      })
      .finally(() => {
        this.loading = undefined
      })
    return this.loading
  }
}

import { hash } from 'node:crypto'
import { ended, refused } from './refused.ts'
import type { TokenVerifier, VerifiedToken } from './verify.ts'

/** Whether any of these names was revoked. */
export type Revoked = (names: readonly string[]) => Promise<boolean>

/** A token that was verified, and when it was last asked whether it still holds. */
export interface KnownToken extends VerifiedToken {
  checked: number
}

/** ms after which it is asked again whether a token was revoked. */
const RECHECK = 1_000

/** Tokens that are kept at once; those that were not used for longest go. */
const MOST = 5_000

interface Clocks {
  /** ms since 1970 */
  now(): number
  /** ms of a clock that never goes back. */
  ticks(): number
}

const CLOCKS: Clocks = { now: Date.now, ticks: () => performance.now() }

/**
 * Tokens that were verified, until they end: by their SHA-256, so that none lies about in memory. Whether one was revoked,
 * or its key given up, is asked again once a second.
 */
export class KnownTokens {
  private readonly verifier: TokenVerifier
  private readonly revoked: Revoked
  private readonly clocks: Clocks
  private readonly known = new Map<string, KnownToken>()
  private readonly pending = new Map<string, Promise<KnownToken>>()

  constructor(verifier: TokenVerifier, revoked: Revoked, clocks: Clocks = CLOCKS) {
    this.verifier = verifier
    this.revoked = revoked
    this.clocks = clocks
  }

  /** A token that needs no asking now; undefined where `take` has to see to it. */
  at(digest: string): KnownToken | undefined {
    const token = this.known.get(digest)
    if (!token || this.clocks.ticks() - token.checked >= RECHECK || this.clocks.now() >= token.until) return undefined
    // The one used last stands last.
    this.known.delete(digest)
    this.known.set(digest, token)
    return token
  }

  /**
   * Verifies a token, or asks whether a known one still holds; once for all who wait. Throws `unauthenticated` for one that
   * is not accepted, `unavailable` where that cannot be learned now.
   */
  take(text: string, digest: string = digestOf(text)): Promise<KnownToken> {
    const fresh = this.at(digest)
    if (fresh) return Promise.resolve(fresh)
    const under = this.pending.get(digest)
    if (under) return under
    const work = this.check(text, digest).finally(() => this.pending.delete(digest))
    this.pending.set(digest, work)
    return work
  }

  private async check(text: string, digest: string): Promise<KnownToken> {
    const before = this.known.get(digest)
    this.known.delete(digest)
    const checked = this.clocks.ticks()
    if (before && this.clocks.now() >= before.until) throw ended()
    const verified = before ?? (await this.verifier.verify(text))
    if (before && !(await before.keyStands())) throw refused("The token's key is none of its issuer's any more.")
    if (await this.revoked(verified.revocableBy)) throw refused('The token was revoked.')
    const token: KnownToken = before ?? { ...verified, checked }
    token.checked = checked
    if (this.known.size >= MOST) this.known.delete(this.known.keys().next().value!)
    this.known.set(digest, token)
    return token
  }
}

/** What a token is kept by. */
export function digestOf(token: string): string {
  return hash('sha256', token, 'base64')
}

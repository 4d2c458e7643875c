import { errors, jwtVerify } from 'jose'
import type { Identity } from '../identity.ts'
import { type ClaimsTrust, identityOf, revocableBy } from './claims.ts'
import type { IssuerKeys } from './issuer-keys.ts'
import { ALGORITHMS, readParts, type TokenHeader } from './parts.ts'
import { ended, refused } from './refused.ts'

/** An issuer whose tokens are accepted. */
export interface TrustedIssuer extends Omit<ClaimsTrust, 'baseUrl'> {
  keys: IssuerKeys
}

/** A token that was found true. */
export interface VerifiedToken {
  identity: Identity
  /** Names by which it may have been revoked. */
  revocableBy: readonly string[]
  /** ms since 1970, from when on it is refused. */
  until: number
  /** Whether its issuer still has the key that signed it. Rejects with `unavailable` where that cannot be learned. */
  keyStands(): Promise<boolean>
}

/** s by which clocks may differ. */
const SKEW = 60

/** s since 1970 that are a time, not a way to say never. */
const LAST = 253_402_300_799

/** Verifies access tokens (RFC 9068; RFC 8725 for what is refused, and why) of trusted issuers for one FHIR base. */
export class TokenVerifier {
  private readonly issuers: ReadonlyMap<string, TrustedIssuer>
  private readonly baseUrl: string
  private readonly now: () => number

  /** `baseUrl` is what tokens must be meant for; `now` gives ms since 1970. */
  constructor(issuers: readonly TrustedIssuer[], baseUrl: string, now: () => number = Date.now) {
    this.issuers = new Map(issuers.map((issuer) => [issuer.issuer, issuer]))
    this.baseUrl = baseUrl
    this.now = now
  }

  /** Throws `unauthenticated` for a token that is not accepted, `unavailable` where its issuer's keys cannot be had. */
  async verify(token: string): Promise<VerifiedToken> {
    const { header, claims } = readParts(token)
    const issuer = typeof claims.iss === 'string' ? this.issuers.get(claims.iss) : undefined
    if (!issuer) throw refused('The token is of an issuer that is not trusted.')
    const key = await issuer.keys.find(header)
    if (!key) throw refused("The token's key is none of its issuer's.")
    await this.demandGenuine(token, key, issuer.issuer)
    this.demandTimes(claims)
    const trust = { ...issuer, baseUrl: this.baseUrl }
    const identity = identityOf(claims, trust)
    return {
      identity,
      revocableBy: revocableBy(claims, trust),
      until: identity.expires + SKEW * 1000,
      keyStands: () => stands(issuer.keys, header),
    }
  }

  /** Signature, issuer, audience, and the times that jose knows. */
  private async demandGenuine(token: string, key: CryptoKey, issuer: string): Promise<void> {
    try {
      await jwtVerify(token, key, {
        algorithms: ALGORITHMS,
        issuer,
        audience: this.baseUrl,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: SKEW,
        currentDate: new Date(this.now()),
      })
    } catch (error) {
      throw error instanceof errors.JWTExpired ? ended() : refused(wordsFor(error))
    }
  }

  /** What jose leaves to others: an issue in time to come, and numbers that are no times. */
  private demandTimes({ exp, nbf, iat }: Readonly<Record<string, unknown>>): void {
    for (const time of [exp, nbf, iat]) {
      const isTime = typeof time === 'number' && time >= 0 && time <= LAST
      if (time !== undefined && !isTime) throw refused("The token's times are none.")
    }
    if (typeof iat === 'number' && iat > this.now() / 1000 + SKEW) throw refused('The token is of a time to come.')
  }
}

async function stands(keys: IssuerKeys, header: TokenHeader): Promise<boolean> {
  return (await keys.find(header)) !== undefined
}

function wordsFor(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud') return 'The token is not meant for this server.'
    if (error.claim === 'nbf') return 'The token is not valid yet.'
    return `The token's ${error.claim} is missing or wrong.`
  }
  return "The token's signature is not its issuer's."
}

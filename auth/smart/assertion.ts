/** A client assertion may be good for so many seconds at the most (SMART Backend Services, "Authentication"). */
const LONGEST = 300

/** Seconds that clocks may differ. */
export const CLOCK_TOLERANCE = 15

/** What is asked of an assertion besides its signature, `iss`, and `jti` being new. */
export interface AssertionFacts {
  claims: Readonly<Record<string, unknown>>
  header: Readonly<Record<string, unknown>>
  /** Where it is used: its only audience. */
  tokenEndpoint: string
  /** Where the client's keys are, if it has them at a URL. */
  jwksUri?: string | undefined
  /** Seconds since 1970. */
  now: number
}

/**
 * Why a client's assertion is refused (RFC 7523; SMART App Launch 2.2, "Client Authentication: Asymmetric"), undefined if
 * it is not.
 */
export function refusalOfAssertion({
  claims,
  header,
  tokenEndpoint,
  jwksUri,
  now,
}: AssertionFacts): string | undefined {
  const { aud, exp, iat, iss, sub, jti } = claims
  const audiences = Array.isArray(aud) ? aud : [aud]
  if (audiences.length !== 1 || audiences[0] !== tokenEndpoint)
    return 'aud must be the token endpoint, and nothing else'
  if (typeof sub !== 'string' || sub !== iss) return 'sub and iss must both be the client_id'
  if (typeof exp !== 'number' || exp > now + LONGEST + CLOCK_TOLERANCE) return 'exp must be within five minutes'
  if (iat !== undefined && (typeof iat !== 'number' || iat > now + CLOCK_TOLERANCE))
    return 'iat must not be in the future'
  if (typeof jti !== 'string' || jti.length > 256) return 'jti must be a string of 256 characters at the most'
  if (typeof header.kid !== 'string') return 'the header must have a kid'
  if (header.typ !== undefined && String(header.typ).toLowerCase() !== 'jwt') return 'typ must be JWT'
  if (header.jku !== undefined && header.jku !== jwksUri) return 'jku is not the URL that is registered'
  return undefined
}

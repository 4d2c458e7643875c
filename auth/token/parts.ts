import { parseJson } from '../../resources/json/parse.ts'
import { refused } from './refused.ts'

/** Signature algorithms that are accepted: none with a shared secret, none that is broken, never `none`. */
export const ALGORITHMS = ['ES256', 'ES384', 'RS256', 'RS384', 'PS256', 'PS384', 'EdDSA']

/** Characters of a token at the most. */
const LONGEST = 16 * 1024

/** Nesting depth of a header or of claims at the most. */
const DEEPEST = 16

const LONGEST_KID = 512

/** What a token's header says that matters; it may name a key, and never bring or fetch one. */
export interface TokenHeader {
  alg: string
  kid: string
}

/** A token as it reads, which says nothing of whether it is true. */
export interface TokenParts {
  header: TokenHeader
  claims: Readonly<Record<string, unknown>>
}

/**
 * Reads a signed JWT (RFC 7519, RFC 7515 compact form) before its signature is looked at. Throws `unauthenticated` for what
 * is none, is too large, holds a name twice, or has a header that is not accepted. `jwk`, `jku`, `x5c` and `x5u` are of no
 * weight; `crit` is refused, for none of its extensions is known here.
 */
export function readParts(token: string): TokenParts {
  if (token.length > LONGEST) throw refused('The token is too large.')
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) throw refused('The token is not a signed JWT.')
  const [header = '', claims = ''] = token.split('.')
  return { header: checkedHeader(objectOf(header)), claims: objectOf(claims) }
}

function checkedHeader({ alg, kid, typ, crit }: Record<string, unknown>): TokenHeader {
  if (typeof alg !== 'string' || !ALGORITHMS.includes(alg)) {
    throw refused('The token is not signed by an accepted algorithm.')
  }
  // RFC 9068, 2.1; JWT is what most servers write.
  if (typeof typ !== 'string' || !/^(application\/)?(at\+jwt|jwt)$/i.test(typ)) {
    throw refused('The token is not typed as an access token.')
  }
  if (crit !== undefined) throw refused('The token asks for an extension that is not known.')
  if (typeof kid !== 'string' || kid === '' || kid.length > LONGEST_KID) throw refused('The token names no key.')
  return { alg, kid }
}

function objectOf(part: string): Record<string, unknown> {
  const value = parsed(Buffer.from(part, 'base64url'))
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw refused('The token is not a signed JWT.')
}

function parsed(bytes: Buffer): unknown {
  try {
    return parseJson(bytes, DEEPEST).value
  } catch {
    throw refused('The token is not a signed JWT, or holds a name twice.')
  }
}

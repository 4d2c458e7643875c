import {
  CompactSign,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  SignJWT,
} from 'jose'

/** A signing key of a test's issuer. */
export interface SigningKey {
  kid: string
  alg: string
  privateKey: CryptoKey
  /** As a set of keys shows it. */
  jwk: JWK
}

export async function signingKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { kid, alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

/** s since 1970, some seconds from now. */
export const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds

/** The claims of a good token, save for its issuer and what is changed; a claim that is undefined is left out. */
export function claimsOf(audience: string, changed: Record<string, unknown> = {}): Record<string, unknown> {
  const claims = {
    aud: audience,
    sub: 'ann',
    client_id: 'app',
    jti: `token-${++made}`,
    scope: 'user/*.rs',
    iat: inSeconds(0),
    exp: inSeconds(300),
    ...changed,
  }
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
}

let made = 0

/** A token of these claims, typed as an access token unless the header says otherwise. */
export function signed(key: SigningKey, claims: Record<string, unknown>, header: Partial<JWTHeaderParameters> = {}) {
  return new SignJWT(claims)
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'at+jwt', ...header })
    .sign(key.privateKey, header.crit ? { crit: Object.fromEntries(header.crit.map((name) => [name, true])) } : {})
}

/** A truly signed token whose claims are this text. */
export function signedText(key: SigningKey, text: string): Promise<string> {
  const header = { alg: key.alg, kid: key.kid, typ: 'at+jwt' }
  return new CompactSign(Buffer.from(text)).setProtectedHeader(header).sign(key.privateKey)
}

/** A token with any header and any signature. */
export function forged(header: unknown, claims: unknown, signature: string | Buffer = 'c2ln'): string {
  const part = (value: unknown) =>
    Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(claims)}.${typeof signature === 'string' ? signature : signature.toString('base64url')}`
}

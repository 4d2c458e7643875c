import { Secret, TOTP } from 'otpauth'

const ISSUER = 'chartroom'
const SECRET_BYTES = 20
const PERIOD = 30

/** Periods before and after that of now of which a code is accepted: clocks differ, and typing takes its time. */
const WINDOW = 1

/** A new secret for an authenticator app, in Base32. */
export function newTotpSecret(): string {
  return new Secret({ size: SECRET_BYTES }).base32
}

/** The URL that an authenticator app takes as a QR code. It has the secret in it. */
export function totpUrl(secret: string, userName: string): string {
  return totpOf(secret, userName).toString()
}

/**
 * The period (counted from 1970) whose code this is, among those that count at `now` (ms since 1970) and lie behind `used`,
 * the last one of which a code was accepted; undefined where it is none (RFC 6238, 5.2).
 */
export function periodOfCode(secret: string, code: string, now: number, used: number): number | undefined {
  const token = code.replaceAll(/\s/g, '')
  if (!/^\d{6}$/.test(token)) return undefined
  const delta = totpOf(secret).validate({ token, timestamp: now, window: WINDOW })
  if (delta === null) return undefined
  const period = Math.floor(now / 1000 / PERIOD) + delta
  return period > used ? period : undefined
}

function totpOf(secret: string, label = ''): TOTP {
  return new TOTP({ issuer: ISSUER, label, secret, period: PERIOD })
}

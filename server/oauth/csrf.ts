import { createHmac, timingSafeEqual } from 'node:crypto'

/** Seals what pages carry: tokens against forged forms, and steps of a sign-in that were passed. */
export class Seal {
  readonly #key: Buffer

  constructor(key: Buffer) {
    this.#key = key
  }

  /** The token of a form, bound to the interaction or session that it belongs to. */
  csrf(bound: string): string {
    return this.#mac(`csrf|${bound}`)
  }

  /** Whether a form brings the token of this interaction or session. */
  isCsrf(token: string | null, bound: string): boolean {
    return token !== null && equal(token, this.csrf(bound))
  }

  /** Says that a user has given his password in this interaction or session, until `expires` (ms since 1970). */
  passed(name: string, bound: string, expires: number): string {
    const said = `${Buffer.from(name).toString('base64url')}.${expires}`
    return `${said}.${this.#mac(`passed|${bound}|${said}`)}`
  }

  /** The user of what `passed` gave for the same interaction or session, if it still holds. */
  nameOfPassed(text: string, bound: string): string | undefined {
    const [name = '', expires = '', mac = ''] = text.split('.')
    if (!equal(mac, this.#mac(`passed|${bound}|${name}.${expires}`))) return undefined
    return Number(expires) > Date.now() ? Buffer.from(name, 'base64url').toString() : undefined
  }

  #mac(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url')
  }
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}

import { isIP } from 'node:net'
import { SHARED_TYPES } from '../../auth/level.ts'
import { isLoopbackHttp } from '../../auth/token/discovery.ts'

/** The settings of who may come in. */
export interface AccessSettings {
  /** Whether who asks must show an access token. */
  auth: boolean
  /** Issuers of tokens besides the built-in one, as tokens name them. */
  issuers: readonly string[]
  trustRoles: boolean
  unknownRole: 'scopes' | 'deny'
  /** Types that belong to no patient, and are open to scopes for a patient. */
  sharedTypes: readonly string[]
  /** Origins whose pages may use the server. */
  corsOrigins: readonly string[]
  /** Requests a minute of one client; 0 for any number. */
  rateLimit: number
  oauthRateLimit: number
  /** Whether clients may register themselves. */
  registers: boolean
  /** Addresses and networks of proxies. */
  trustedProxies: readonly string[]
}

const MOST_A_MINUTE = 10_000_000

/** Reads them. Throws an Error with a sentence for the user where one makes no sense. */
export function accessSettings(get: (name: string) => string): AccessSettings {
  return {
    auth: choice('AUTH', get, ['off', 'on']) === 'on',
    issuers: list('AUTH_ISSUERS', get, checkIssuer),
    trustRoles: choice('CHARTROOM_TRUST_ROLES', get, ['on', 'off']) === 'on',
    unknownRole: choice('CHARTROOM_UNKNOWN_ROLE', get, ['scopes', 'deny']),
    sharedTypes: sharedTypes(get),
    corsOrigins: list('CHARTROOM_CORS_ORIGINS', get, checkOrigin),
    rateLimit: aMinute('CHARTROOM_RATE_LIMIT', get),
    oauthRateLimit: aMinute('CHARTROOM_OAUTH_RATE_LIMIT', get),
    registers: choice('CHARTROOM_DYNAMIC_REGISTRATION', get, ['off', 'on']) === 'on',
    trustedProxies: list('CHARTROOM_TRUSTED_PROXIES', get, checkAddress),
  }
}

/** The parts of a list with commas between; `check` tells what is wrong with one. */
function list(name: string, get: (name: string) => string, check: (part: string) => string | undefined): string[] {
  const text = get(name)
  if (text === 'unset') return []
  const parts = text.split(',').map((part) => part.trim())
  for (const part of parts) {
    const fault = check(part)
    if (fault !== undefined) throw new Error(`${name}: ${part || 'an empty part'} ${fault}`)
  }
  return [...new Set(parts)]
}

function sharedTypes(get: (name: string) => string): readonly string[] {
  const text = get('CHARTROOM_SHARED_TYPES')
  if (text === 'all') return SHARED_TYPES
  if (text === 'none') return []
  return list('CHARTROOM_SHARED_TYPES', get, (part) =>
    SHARED_TYPES.includes(part) ? undefined : `is none of ${SHARED_TYPES.join(', ')}`,
  )
}

function checkIssuer(part: string): string | undefined {
  if (!URL.canParse(part)) return 'is no URL'
  const { protocol, search, hash, username } = new URL(part)
  if (search || hash || username || part.includes('#')) return 'has parts that no issuer has'
  if (protocol === 'https:' || isLoopbackHttp(part)) return undefined
  return 'must be https; http is for this machine alone'
}

function checkOrigin(part: string): string | undefined {
  if (!URL.canParse(part) || !/^https?:/.test(part)) return 'is no origin of pages: https://app.example'
  return new URL(part).origin === part ? undefined : `is no origin: ${new URL(part).origin} is`
}

function checkAddress(part: string): string | undefined {
  const [address = '', bits, ...more] = part.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  const fits = bits === undefined ? most > 0 : /^\d{1,3}$/.test(bits) && Number(bits) <= most
  return fits && more.length === 0 ? undefined : 'is neither an address nor a network (10.0.0.0/8)'
}

function choice<T extends string>(name: string, get: (name: string) => string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === get(name))
  if (found === undefined) throw new Error(`${name}=${get(name)} must be one of ${allowed.join(', ')}`)
  return found
}

function aMinute(name: string, get: (name: string) => string): number {
  const value = Number(get(name))
  if (Number.isInteger(value) && value >= 0 && value <= MOST_A_MINUTE) return value
  throw new Error(`${name}=${get(name)} must be a whole number from 0 to ${MOST_A_MINUTE}`)
}

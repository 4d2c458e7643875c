import { type Zone, zoneOf } from '../resources/zone.ts'
import { type AccessSettings, accessSettings } from './access/settings.ts'
import { shownMongoUrl } from './mongo-url.ts'

/** What the environment settles, read once at the start. Byte counts are bytes. */
export interface Config extends AccessSettings {
  host: string
  port: number
  /** How clients reach the server, without `/` at the end. */
  publicUrl: string
  dataDir: string
  /** The database that takes the place of the embedded store. Has secrets in it. */
  mongoUrl?: string
  /** For people: what keeps the records; no secret is in it. */
  storeName: string
  /** Whether a store in which nothing was written yet gets the demo hospital. */
  demo: boolean
  logLevel: string
  maxBody: number
  maxBundle: number
  maxResource: number
  maxDepth: number
  maxEntries: number
  maxInFlight: number
  conditionalDelete: 'single' | 'multiple'
  /** What a date without an offset is meant in. */
  zone: Zone
  /** ms */
  maxSearchTime: number
  /** Whether rules put security labels on what is written. */
  labels: boolean
  /** Whether records of the audit log are durable before answers leave, or within a second. */
  audit: 'full' | 'second'
  /** Years that records of the audit log are kept. */
  auditYears: number
  /** ms for which broken glass opens a record. */
  breakGlassTime: number
  /** Under what signing keys and users are sealed in the store. */
  stateSecret?: string
}

interface Setting {
  name: string
  fallback: string
  doc: string
}

/** Every setting, in the order of the README's table. */
export const SETTINGS: readonly Setting[] = [
  { name: 'HOST', fallback: '127.0.0.1', doc: 'address to listen on; loopback only while AUTH is off' },
  { name: 'PORT', fallback: '8080', doc: 'port to listen on; 0 takes a free one' },
  {
    name: 'PUBLIC_URL',
    fallback: 'http://HOST:PORT',
    doc: 'how clients reach the server: base of fullUrl and Location',
  },
  { name: 'DATA_DIR', fallback: './data', doc: 'folder of the embedded store' },
  {
    name: 'MONGODB_URL',
    fallback: 'unset',
    doc: 'a MongoDB replica set or sharded cluster, 8.0 or later, in the place of the embedded store: `mongodb://` or `mongodb+srv://`, the database is its path (default chartroom)',
  },
  {
    name: 'AUTH',
    fallback: 'on',
    doc: '`on`: who asks shows an access token; `off` opens every door, and serves loopback alone',
  },
  {
    name: 'AUTH_ISSUERS',
    fallback: 'unset',
    doc: 'trusted issuers of tokens besides the built-in one, with commas between: URLs as their tokens have them in `iss`; keys by OpenID discovery; http on loopback alone',
  },
  {
    name: 'DEMO',
    fallback: 'on',
    doc: 'loads the demo hospital into an empty store on first start; off where DATA_DIR or MONGODB_URL is set, unless it is `on`',
  },
  { name: 'LOG_LEVEL', fallback: 'info', doc: 'pino level: fatal, error, warn, info, debug, trace, silent' },
  {
    name: 'CHARTROOM_MAX_BODY',
    fallback: '16777216',
    doc: 'bytes of a request body that is not a Bundle of interactions',
  },
  { name: 'CHARTROOM_MAX_BUNDLE', fallback: '67108864', doc: 'bytes of a batch or transaction' },
  { name: 'CHARTROOM_MAX_RESOURCE', fallback: '12582912', doc: 'bytes of a stored resource' },
  { name: 'CHARTROOM_MAX_DEPTH', fallback: '128', doc: 'nesting depth of a body' },
  { name: 'CHARTROOM_MAX_ENTRIES', fallback: '50000', doc: 'entries of a batch or transaction' },
  {
    name: 'CHARTROOM_MAX_IN_FLIGHT',
    fallback: '536870912',
    doc: 'bytes of larger bodies and answers that may be on their way at once; past them 503',
  },
  { name: 'CHARTROOM_MAX_SEARCH_TIME', fallback: '10000', doc: 'milliseconds of a search, after which it is refused' },
  {
    name: 'CHARTROOM_CONDITIONAL_DELETE',
    fallback: 'single',
    doc: '`single`: more than one match is 412; `multiple`: all matches are deleted',
  },
  {
    name: 'CHARTROOM_TOKEN',
    fallback: 'unset',
    doc: 'access token of `npm run fhir` where it works through a server; `--token-file` names a file instead',
  },
  {
    name: 'CHARTROOM_UNKNOWN_ROLE',
    fallback: 'scopes',
    doc: '`scopes`: a user without a role is judged by the scopes alone; `deny`: `user/` scopes give such a one nothing',
  },
  {
    name: 'CHARTROOM_SHARED_TYPES',
    fallback: 'all',
    doc: 'types that belong to no patient and are open to `patient/` scopes (`auth/shared-types.json`): `all`, `none`, or some of them, with commas between',
  },
  {
    name: 'CHARTROOM_TRUST_ROLES',
    fallback: 'off',
    doc: '`on`: tokens of AUTH_ISSUERS may name the role and the organization of a user (`chartroom_role`, `chartroom_organization`)',
  },
  {
    name: 'CHARTROOM_STATE_SECRET',
    fallback: 'unset',
    doc: 'under what the signing keys and the users (with the secrets of their second factors) are sealed in the store, of 32 characters or more; with the first start that has it, all are. Whoever loses it loses them',
  },
  {
    name: 'CHARTROOM_LABELS',
    fallback: 'off',
    doc: '`on`: what is written gets security labels for codes of substance use, psychiatry, HIV, sexual and reproductive health, violence and genetics (`auth/labels/rules.json`); `off`: a resource is kept as it was sent',
  },
  {
    name: 'CHARTROOM_BREAK_GLASS_MINUTES',
    fallback: '30',
    doc: 'minutes for which `Patient/[id]/$break-glass` opens the record of a patient to a user in an emergency',
  },
  {
    name: 'CHARTROOM_AUDIT',
    fallback: 'full',
    doc: '`full`: what is read is on record in the audit log, on disk, before it is answered; `second`: within a second; a write has its record in its own commit either way',
  },
  {
    name: 'CHARTROOM_AUDIT_YEARS',
    fallback: '6',
    doc: 'years that records of the audit log are kept before they are archived and dropped',
  },
  {
    name: 'CHARTROOM_CORS_ORIGINS',
    fallback: 'unset',
    doc: 'origins whose pages may use the server (`https://app.example`), with commas between',
  },
  {
    name: 'CHARTROOM_RATE_LIMIT',
    fallback: '0',
    doc: 'requests a minute to /fhir of each client and user, or of each address where there is no token, in each process; 0 for any number',
  },
  {
    name: 'CHARTROOM_OAUTH_RATE_LIMIT',
    fallback: '300',
    doc: 'the same for /oauth, of each address',
  },
  {
    name: 'CHARTROOM_DYNAMIC_REGISTRATION',
    fallback: 'off',
    doc: '`on`: apps may register themselves at /oauth/register (RFC 7591); what they get is still for each user to allow',
  },
  {
    name: 'CHARTROOM_TRUSTED_PROXIES',
    fallback: 'unset',
    doc: 'addresses or networks (`10.0.0.0/8`) of proxies whose X-Forwarded-For tells the address of a client, with commas between',
  },
  {
    name: 'CHARTROOM_ZONE',
    fallback: 'UTC',
    doc: 'time zone of dates that tell none, stored and searched: an IANA name (`America/New_York`) or an offset (`+02:00`); when it changes, all is indexed anew',
  },
]

type Environment = Record<string, string | undefined>

/** Reads the settings. Throws an Error with a sentence for the user when one is unknown or makes no sense. */
export function readConfig(environment: Environment): Config {
  refuseUnknown(environment)
  const get = (name: string) => environment[name] || SETTINGS.find((setting) => setting.name === name)!.fallback
  const host = get('HOST')
  const port = number('PORT', get('PORT'), 0, 65_535)
  const access = accessSettings(get)
  if (!access.auth && !isLoopback(host)) {
    throw new Error(`HOST=${host} is refused while AUTH is off: only loopback is served`)
  }
  const dataDir = get('DATA_DIR')
  const mongoUrl = environment.MONGODB_URL
  return {
    ...access,
    host,
    port,
    publicUrl: publicUrl(environment.PUBLIC_URL) ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    dataDir,
    ...(mongoUrl ? { mongoUrl } : {}),
    storeName: mongoUrl ? shownMongoUrl(mongoUrl) : dataDir,
    demo: wantsDemo(environment),
    logLevel: oneOf('LOG_LEVEL', get('LOG_LEVEL'), ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    maxBody: bytes('CHARTROOM_MAX_BODY', get),
    maxBundle: bytes('CHARTROOM_MAX_BUNDLE', get),
    maxResource: bytes('CHARTROOM_MAX_RESOURCE', get),
    maxDepth: number('CHARTROOM_MAX_DEPTH', get('CHARTROOM_MAX_DEPTH'), 8, 1000),
    maxInFlight: bytes('CHARTROOM_MAX_IN_FLIGHT', get),
    maxSearchTime: number('CHARTROOM_MAX_SEARCH_TIME', get('CHARTROOM_MAX_SEARCH_TIME'), 10, 600_000),
    audit: oneOf('CHARTROOM_AUDIT', get('CHARTROOM_AUDIT'), ['full', 'second']),
    auditYears: number('CHARTROOM_AUDIT_YEARS', get('CHARTROOM_AUDIT_YEARS'), 1, 100),
    labels: oneOf('CHARTROOM_LABELS', get('CHARTROOM_LABELS'), ['off', 'on']) === 'on',
    ...stateSecret(get('CHARTROOM_STATE_SECRET')),
    breakGlassTime: number('CHARTROOM_BREAK_GLASS_MINUTES', get('CHARTROOM_BREAK_GLASS_MINUTES'), 1, 1_440) * 60_000,
    maxEntries: number('CHARTROOM_MAX_ENTRIES', get('CHARTROOM_MAX_ENTRIES'), 1, 1_000_000),
    conditionalDelete: oneOf('CHARTROOM_CONDITIONAL_DELETE', get('CHARTROOM_CONDITIONAL_DELETE'), [
      'single',
      'multiple',
    ]),
    zone: zone(get('CHARTROOM_ZONE')),
  }
}

/** The settings as a table in Markdown, for the README. */
export function settingsTable(): string {
  const rows = SETTINGS.map(({ name, fallback, doc }) => `| ${name} | ${fallback} | ${doc} |`)
  return ['| name | default | meaning |', '|---|---|---|', ...rows].join('\n')
}

function refuseUnknown(environment: Environment): void {
  const known = new Set(SETTINGS.map((setting) => setting.name))
  for (const name of Object.keys(environment)) {
    if (name.startsWith('CHARTROOM_') && !known.has(name)) throw new Error(`${name} is not a setting of chartroom`)
  }
}

/** A store that somebody named is not for invented patients, unless they ask for them. */
function wantsDemo({ DEMO, DATA_DIR, MONGODB_URL }: Environment): boolean {
  return DEMO ? oneOf('DEMO', DEMO, ['on', 'off']) === 'on' : !DATA_DIR && !MONGODB_URL
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function publicUrl(text: string | undefined): string | undefined {
  if (!text) return undefined
  if (!URL.canParse(text) || !/^https?:/.test(text)) throw new Error(`PUBLIC_URL=${text} is not an http(s) URL`)
  return text.replace(/\/+$/, '')
}

function zone(text: string): Zone {
  const found = zoneOf(text)
  if (found) return found
  throw new Error(
    `CHARTROOM_ZONE=${text} is no time zone: it takes an IANA name (America/New_York) or an offset (+02:00)`,
  )
}

function stateSecret(text: string): { stateSecret?: string } {
  if (text === 'unset') return {}
  if (text.length < 32) throw new Error('CHARTROOM_STATE_SECRET must have 32 characters or more')
  return { stateSecret: text }
}

function bytes(name: string, get: (name: string) => string): number {
  return number(name, get(name), 1024, 17_179_869_184)
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Error(`${name}=${text} must be a whole number from ${least} to ${most}`)
  }
  return value
}

function oneOf<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === text)
  if (found === undefined) throw new Error(`${name}=${text} must be one of ${allowed.join(', ')}`)
  return found
}

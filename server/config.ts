import { type Zone, zoneOf } from '../resources/zone.ts'
import { type AccessSettings, accessSettings } from './access/settings.ts'
import { shownMongoUrl } from './mongo-url.ts'
import { SETTINGS } from './settings.ts'
import { terminologyServers as readTerminologyServers, type TerminologyServers } from './terminology/settings.ts'
import { type ValidationSettings, validationSettings } from './validation/settings.ts'

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
  /** What is checked of what is written. */
  validation: ValidationSettings
  /** Terminology servers elsewhere. */
  terminologyServers?: TerminologyServers
  /** Years that records of the audit log are kept. */
  auditYears: number
  /** ms for which broken glass opens a record. */
  breakGlassTime: number
  /** Files of packages (implementation guides) that are loaded at the start where they are not there yet. */
  packages: readonly string[]
  /** Under what signing keys and users are sealed in the store. */
  stateSecret?: string
}

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
    validation: validationSettings(get),
    labels: oneOf('CHARTROOM_LABELS', get('CHARTROOM_LABELS'), ['off', 'on']) === 'on',
    ...elsewhere(get('CHARTROOM_TERMINOLOGY_SERVER')),
    ...stateSecret(get('CHARTROOM_STATE_SECRET')),
    breakGlassTime: number('CHARTROOM_BREAK_GLASS_MINUTES', get('CHARTROOM_BREAK_GLASS_MINUTES'), 1, 1_440) * 60_000,
    maxEntries: number('CHARTROOM_MAX_ENTRIES', get('CHARTROOM_MAX_ENTRIES'), 1, 1_000_000),
    conditionalDelete: oneOf('CHARTROOM_CONDITIONAL_DELETE', get('CHARTROOM_CONDITIONAL_DELETE'), [
      'single',
      'multiple',
    ]),
    packages: listOf(get('CHARTROOM_PACKAGES')),
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

function listOf(text: string): string[] {
  const all = text === 'unset' ? [] : text.split(',')
  return all.map((one) => one.trim()).filter((one) => one !== '')
}

function elsewhere(text: string): { terminologyServers?: TerminologyServers } {
  const terminologyServers = readTerminologyServers(text)
  return terminologyServers ? { terminologyServers } : {}
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

import { instantOf } from '../../resources/dates.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { isObject, type JsonObject, parseLossless } from '../../resources/json/lossless.ts'
import type { AuditEntry, AuditRecord } from '../../resources/store/audit.ts'
import type { IndexEntry } from '../../resources/store/port.ts'
import { LATE } from './candidates.ts'
import { encodeDeed, MOST_KEYS } from './codec.ts'
import type { Deed, DeedAction, DeedOutcome } from './deed.ts'
import { CHAIN_EXTENSION } from './events.ts'
import { externalKey, keysOfEntries, keysOfLate } from './external-keys.ts'
import { hull, type Span } from './span.ts'

/** An AuditEvent that somebody else recorded, on its way into the log. */
export interface ExternalEvent {
  id: string
  /** With its id. Without `meta.lastUpdated`, the moment when it comes in stands there. */
  event: JsonObject
  /** All that it is indexed by. */
  entries: readonly IndexEntry[]
}

/**
 * The record of an AuditEvent that somebody else recorded; `now` in ms since 1970. It is found by all that a search can ask for
 * by key, and kept as it was sent. Throws `too-large` for what no record has room for, `unprocessable` for what says that it is
 * one of this server's own.
 */
export function externalEntry({ id, event, entries }: ExternalEvent, now: number): AuditEntry {
  demandForeign(event)
  const [entry, ...more] = encodeDeed(deedOf(event, entries, now))
  const keys = [
    ...new Set([...entry!.keys, externalKey(id), ...keysOfEntries(entries), ...ofTime(event, entries, now)]),
  ]
  if (more.length > 0 || keys.length > MOST_KEYS)
    throw FhirError.of('too-large', 'This AuditEvent is too large to be kept.')
  return { ...entry!, keys }
}

/** By its place in a chain everybody knows what this server has recorded itself. */
function demandForeign({ extension }: JsonObject): void {
  const own = Array.isArray(extension) && extension.some((one) => isObject(one) && one.url === CHAIN_EXTENSION)
  if (!own) return
  throw FhirError.of('unprocessable', `${CHAIN_EXTENSION} is for what this server has recorded itself.`, {
    code: 'business-rule',
    expression: 'AuditEvent.extension',
  })
}

/** The event of such a record, as FHIR has it: of one version, and each number as it was written. */
export function eventOfExternal({ text, recorded }: Pick<AuditRecord, 'text' | 'recorded'>): JsonObject {
  const { v: event } = parseLossless(text) as { v: JsonObject }
  const { resourceType, id, meta: given, ...rest } = event
  const { versionId: _, lastUpdated = instantOf(recorded), ...meta } = isObject(given) ? given : {}
  return { resourceType: resourceType!, id: id!, meta: { versionId: '1', lastUpdated, ...meta }, ...rest }
}

/** `meta.lastUpdated` of such an event, in ms since 1970. */
export function lastUpdatedOf(event: JsonObject): number {
  return Date.parse(String((event.meta as JsonObject).lastUpdated))
}

const ACTIONS = new Set(['C', 'R', 'U', 'D', 'E'])
const OUTCOMES = new Set(['0', '4', '8', '12'])

/** What reports and counts go by. */
function deedOf(event: JsonObject, entries: readonly IndexEntry[], now: number): Deed {
  const { action, outcome } = event
  const parts = entries.flatMap((entry) =>
    entry[0] === 'reference' && entry[1] === 'entity' ? [{ type: entry[2], id: entry[3], patients: [] }] : [],
  )
  const patients = entries.flatMap((entry) => (entry[0] === 'reference' && entry[1] === 'patient' ? [entry[3]] : []))
  const agent = entries.find((entry) => entry[0] === 'reference' && entry[1] === 'agent')
  const purposes = entries.flatMap((entry) => (entry[0] === 'token' && entry[1] === 'purpose' ? [entry[3]] : []))
  return {
    at: now,
    kind: 'external',
    code: 'event',
    action: ACTIONS.has(String(action)) ? (String(action) as DeedAction) : 'E',
    outcome: OUTCOMES.has(String(outcome)) ? (String(outcome) as DeedOutcome) : '0',
    agent: agent ? { user: `${agent[2]}/${agent[3]}` } : {},
    ...(purposes.length > 0 ? { purposes: [...new Set(purposes)] } : {}),
    ...(parts.length > 0 ? { parts } : {}),
    ...(patients.length > 0 ? { patients: [...new Set(patients)] } : {}),
    event,
  }
}

/** Keys of what says that it was recorded, or updated, at another time than it comes in. */
function ofTime({ meta }: JsonObject, entries: readonly IndexEntry[], now: number): string[] {
  const spans: Span[] = entries.flatMap((entry) =>
    entry[0] === 'range' && entry[1] === 'date' ? [{ from: entry[3], to: entry[4] }] : [],
  )
  const updated = isObject(meta) ? meta.lastUpdated : undefined
  if (updated !== undefined) {
    const moment = Date.parse(String(updated))
    spans.push({ from: moment, to: moment + 1 })
  }
  if (spans.length === 0) return []
  const { from, to } = hull(spans)
  if (from >= now - LATE && to <= now + LATE) return []
  return spans.flatMap(keysOfLate)
}

import type { DeedPart, RecordedDeed } from './deed.ts'
import { agentsOf, isTokenUse, isWhole, purpose } from './event-agents.ts'
import { type Kind, kindOf, profileOf, TOKEN_USE } from './event-codes.ts'
import { dataEntity, furtherEntities, patientEntity, queryEntity } from './event-entities.ts'
import type { AuditEvent, Concept, EventAgent, EventEntity, Extension } from './event-shape.ts'
import { withoutControls } from './without-controls.ts'

const OWN = 'https://chartroom.invalid/fhir/StructureDefinition/'

/** On each event of this server: the chain, number and hash of the record that it was read from. */
export const CHAIN_EXTENSION = `${OWN}audit-chain`

/** How many resources were disclosed. */
export const COUNT_EXTENSION = `${OWN}audit-count`

/** Of what was refused alike within a minute, how often. */
export const TIMES_EXTENSION = `${OWN}audit-times`

/** One event of a deed: what and whom it is about. */
export interface Facet {
  part?: DeedPart
  /** Id of a Patient. */
  patient?: string
}

/**
 * The events that a deed is read back as, in their order, at least one: of reads and writes one for each resource and Patient
 * that it is about, of searches and operations one for each Patient of whom something was disclosed (IHE BALP, PatientQuery).
 */
export function facetsOf(deed: RecordedDeed): Facet[] {
  const { kind, parts = [], patients = [] } = deed
  if (kind === 'external') return [{}]
  if (!isByPart(deed)) {
    const all = new Set([...patients, ...parts.flatMap((part) => part.patients)])
    return all.size === 0 ? [{}] : [...all].map((patient) => ({ patient }))
  }
  const facets = parts.flatMap((part): Facet[] =>
    part.patients.length === 0 ? [{ part }] : part.patients.map((patient) => ({ part, patient })),
  )
  return facets.length === 0 ? [{}] : facets
}

/** Whether each part of a deed is an event of its own. */
function isByPart({ kind, code }: RecordedDeed): boolean {
  return kind === 'rest' && !code.startsWith('search') && !code.startsWith('history')
}

/** All events of a deed; `base` is the server's URL. */
export function eventsOf(deed: RecordedDeed, base: string): AuditEvent[] {
  return facetsOf(deed).map((facet, at) => eventOf(deed, facet, at, base))
}

/** The event of one facet, by its place among `facetsOf`. */
export function eventOf(recordedDeed: RecordedDeed, facet: Facet, at: number, base: string): AuditEvent {
  if (recordedDeed.kind === 'external') return externalEvent(recordedDeed, at)
  const deed = withoutControls(withoutBlanks(recordedDeed))
  const kind = kindOf(deed, facet.part)
  const agent = agentsOf(deed, kind.manner, base)
  const entity = entitiesOf(deed, facet, kind)
  const profile = profilesOf(deed, facet, kind, agent, entity)
  const [recorded, start] = [deed.recorded, Math.min(deed.at, deed.recorded)].map((ms) => new Date(ms).toISOString())
  const purposeOfEvent = purposesOf(deed)
  return {
    resourceType: 'AuditEvent',
    id: `${deed.key}.${at}`,
    meta: { versionId: '1', lastUpdated: recorded!, ...(profile.length > 0 ? { profile } : {}) },
    extension: extensionsOf(deed),
    type: kind.type,
    subtype: kind.subtype,
    action: kind.action,
    period: { start: start!, end: recorded! },
    recorded: recorded!,
    outcome: deed.outcome,
    ...(deed.told ? { outcomeDesc: deed.told } : {}),
    ...(purposeOfEvent.length > 0 ? { purposeOfEvent } : {}),
    agent,
    source: sourceOf(deed, base),
    ...(entity.length > 0 ? { entity } : {}),
  }
}

/** FHIR knows no empty strings, nor such of white space alone. */
function withoutBlanks(deed: RecordedDeed): RecordedDeed {
  const filled = <T extends object>(from: T): T =>
    Object.fromEntries(Object.entries(from).filter(([, value]) => typeof value !== 'string' || isFilled(value))) as T
  const { purposes, ...rest } = deed
  const some = purposes?.filter(isFilled) ?? []
  return { ...filled(rest), agent: filled(deed.agent), ...(some.length > 0 ? { purposes: some } : {}) }
}

function isFilled(text: string): boolean {
  return text.trim() !== ''
}

/** As it was sent, under the id that it has here. */
function externalEvent(deed: RecordedDeed, at: number): AuditEvent {
  const sent = deed.event as Partial<AuditEvent> & Record<string, unknown>
  const meta = { ...sent.meta, versionId: '1' as const, lastUpdated: new Date(deed.recorded).toISOString() }
  const { resourceType: _, id: __, meta: ___, extension = [], ...rest } = sent
  const chained = [...extension.filter(({ url }) => url !== CHAIN_EXTENSION), chainOf(deed)]
  return { resourceType: 'AuditEvent', id: `${deed.key}.${at}`, meta, extension: chained, ...rest } as AuditEvent
}

function entitiesOf(deed: RecordedDeed, { part, patient }: Facet, { manner }: Kind): EventEntity[] {
  // A Query has nothing beside what was asked, and whom it disclosed.
  const parts = part ? [part] : manner === 'Query' || isByPart(deed) ? [] : (deed.parts ?? [])
  const about = patient === undefined ? parts : parts.filter(({ patients }) => patients.includes(patient))
  return [
    ...about.map(dataEntity),
    ...queryEntity(deed, manner),
    ...(patient === undefined ? [] : [patientEntity(patient)]),
    ...furtherEntities(deed),
  ]
}

function profilesOf(
  deed: RecordedDeed,
  { patient }: Facet,
  { manner }: Kind,
  agents: readonly EventAgent[],
  entities: readonly EventEntity[],
): string[] {
  const objects = entities.filter(({ type }) => type.code === '2').length
  // BALP has profiles of what went well, and of one resource or one query.
  const told = manner === 'disclosure' ? objects > 0 : deed.outcome === '0' && objects === 1
  const basic = told && isWhole(agents) ? profileOf(manner, patient !== undefined) : undefined
  return [...(basic ? [basic] : []), ...(deed.agent.token && isTokenUse(agents) ? [TOKEN_USE] : [])]
}

function purposesOf({ purposes = [], reason }: RecordedDeed): Concept[] {
  return [...purposes.map(purpose), ...(reason ? [{ text: reason }] : [])]
}

function extensionsOf(deed: RecordedDeed): Extension[] {
  const { count, times } = deed
  return [
    chainOf(deed),
    ...(count === undefined ? [] : [{ url: COUNT_EXTENSION, valueInteger: count }]),
    ...(times === undefined ? [] : [{ url: TIMES_EXTENSION, valueInteger: times }]),
  ]
}

function chainOf({ chain, number, hash }: RecordedDeed): Extension {
  return {
    url: CHAIN_EXTENSION,
    extension: [
      { url: 'chain', valueString: chain },
      { url: 'number', valueString: String(number) },
      { url: 'hash', valueString: hash },
    ],
  }
}

/** security-source-type: 4 is an application server, 6 one that has to do with security. */
function sourceOf({ kind }: RecordedDeed, base: string): AuditEvent['source'] {
  return {
    site: URL.parse(base)?.host ?? base,
    observer: { identifier: { system: 'urn:ietf:rfc:3986', value: base }, display: 'chartroom' },
    type: [
      { system: 'http://terminology.hl7.org/CodeSystem/security-source-type', code: kind === 'security' ? '6' : '4' },
    ],
  }
}

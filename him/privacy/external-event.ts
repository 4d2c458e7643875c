import type { AuditEvent, AuditEventAgent, CodeableConcept, Coding, Reference } from '@medplum/fhirtypes'
import { dateRange } from '../../resources/dates.ts'
import { nameOf, type ReadingContext } from './record-reading.ts'

/** What an AuditEvent says that was recorded elsewhere, or by hand. */
export interface ExternalEvent {
  /** ms since 1970: when it was, or was recorded. */
  at: number
  /** Who asked for it: `Type/id` here, or the name that it gives. */
  user?: string
  userName?: string
  from?: string
  purposes: readonly string[]
  /** `Type/id` of what it is about, patients apart. */
  entities: readonly string[]
  query?: string
  /** Consents among what it is about. */
  consents: readonly string[]
  /** What is called by a name in it, patients apart. */
  names: readonly string[]
  /** Codes of its type, subtypes and purposes. */
  codes: readonly Coding[]
  /** Who something was disclosed to (BALP, Privacy Disclosure Source). */
  recipient?: ExternalAgent
  /** Names of policies, and references to Consents, that it was done by. */
  policies: readonly string[]
}

export interface ExternalAgent {
  /** `Type/id`, where it is known here. */
  reference?: string
  name: string
  address?: string
}

const DCM = 'http://dicom.nema.org/resources/ontology/DCM'

/** Of CodeSystem object-role. */
const PATIENT = '1'

/** Destination Role ID */
const RECIPIENT = '110152'

/** Reads an AuditEvent of right structure. */
export function readExternal(event: AuditEvent, context: ReadingContext): ExternalEvent {
  const agents = event.agent ?? []
  const asking = agents.find(({ requestor }) => requestor) ?? agents[0]
  const recipient = agents.find(({ type }) => codings([type]).some(isRecipient))
  const user = nameOf(asking?.who, context)
  const userName = asking?.name ?? asking?.who?.display
  const entities = (event.entity ?? []).flatMap(({ what }) => nameOf(what, context) ?? [])
  const query = (event.entity ?? []).find((entity) => entity.query)?.query
  return {
    at: timeOf(event, context),
    ...(user === undefined ? {} : { user }),
    ...(userName === undefined ? {} : { userName }),
    ...(asking?.network?.address === undefined ? {} : { from: asking.network.address }),
    purposes: purposesOf([...(event.purposeOfEvent ?? []), ...agents.flatMap(({ purposeOfUse = [] }) => purposeOfUse)]),
    entities: [...new Set(entities.filter((name) => !name.startsWith('Patient/')))],
    ...(query === undefined ? {} : { query: Buffer.from(query, 'base64').toString() }),
    consents: entities.filter((name) => name.startsWith('Consent/')),
    names: namesIn(event),
    codes: [event.type, ...(event.subtype ?? []), ...codings(event.purposeOfEvent ?? [])],
    ...(recipient === undefined ? {} : { recipient: agentOf(recipient, context) }),
    policies: agents.flatMap(({ policy = [] }) => policy),
  }
}

/** Of a patient the name is no description of what was told. */
function namesIn({ entity = [] }: AuditEvent): string[] {
  return entity.flatMap(({ name, description, role }) => (role?.code === PATIENT ? [] : (description ?? name ?? [])))
}

function agentOf({ who, name, network, altId }: AuditEventAgent, context: ReadingContext): ExternalAgent {
  const reference = nameOf(who, context)
  return {
    ...(reference === undefined ? {} : { reference }),
    name: name ?? who?.display ?? altId ?? wordsOf(who) ?? reference ?? '',
    ...(network?.address === undefined ? {} : { address: network.address }),
  }
}

function wordsOf(who: Reference | undefined): string | undefined {
  return who?.identifier?.value ?? who?.reference
}

function timeOf({ period, recorded }: AuditEvent, { zone }: ReadingContext): number {
  return (period?.start && dateRange(period.start, zone)?.start) || dateRange(recorded, zone)?.start || 0
}

function isRecipient({ system, code }: Coding): boolean {
  return system === DCM && code === RECIPIENT
}

function purposesOf(concepts: readonly CodeableConcept[]): string[] {
  return [...new Set(codings(concepts).flatMap(({ code }) => code ?? []))]
}

function codings(concepts: readonly (CodeableConcept | undefined)[]): Coding[] {
  return concepts.flatMap((concept) => concept?.coding ?? [])
}

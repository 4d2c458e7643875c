import type { AuditEvent } from '@medplum/fhirtypes'
import type { DeedAgent, DeedPart, RecordedDeed } from '../../auth/audit/deed.ts'
import { facetsOf } from '../../auth/audit/events.ts'
import { readExternal } from './external-event.ts'
import type { ReadingContext } from './record-reading.ts'

/** One access of the log as reports tell it. */
export interface AccessRow {
  /** The AuditEvent that it is read back as: `AuditEvent/1.0` */
  event: string
  /** ms since 1970 */
  at: number
  agent: DeedAgent
  /** What the agent is called where it is known by nothing else. */
  agentName?: string
  kind: RecordedDeed['kind']
  action: string
  /** The interaction, the operation or what else was done. */
  code: string
  type?: string
  /** `Type/id`, with `/_history/n` where the version is known. */
  entities: readonly string[]
  /** Ids of the Patients whom it was about. */
  patients: readonly string[]
  /** Resources that were disclosed. */
  count?: number
  query?: string
  from?: string
  purposes: readonly string[]
  outcome: RecordedDeed['outcome']
  told?: string
  decidedBy: readonly string[]
  /** How often, of what is kept once. */
  times: number
  /** It goes on with what was too long for one record, and is told of already. */
  further?: true
}

/** A deed as a row. With `patient` it tells of that one's record and of no other's. */
export function rowOf(deed: RecordedDeed, context: ReadingContext, patient?: string): AccessRow {
  const { kind, code, action, outcome, agent, at, purposes = [], decidedBy = [], times = 1 } = deed
  const parts = (deed.parts ?? []).filter(({ patients }) => patient === undefined || patients.includes(patient))
  const row: AccessRow = {
    event: eventOf(deed, patient),
    at,
    agent,
    kind,
    action: parts.length === 1 ? (parts[0]!.action ?? action) : action,
    code,
    entities: parts.map(nameOfPart),
    patients: patient === undefined ? patientsOf(deed) : [patient],
    purposes,
    outcome,
    decidedBy,
    times,
    ...given(deed),
  }
  return kind === 'external' ? { ...row, ...externalOf(deed, context) } : row
}

/** Of several events of a deed the first that is about the patient. */
function eventOf(deed: RecordedDeed, patient: string | undefined): string {
  const sent = deed.kind === 'external' ? (deed.event as AuditEvent | undefined)?.id : undefined
  if (sent !== undefined) return `AuditEvent/${sent}`
  const at = patient === undefined ? 0 : facetsOf(deed).findIndex((facet) => facet.patient === patient)
  return `AuditEvent/${deed.key}.${Math.max(at, 0)}`
}

/** Whether it was recorded elsewhere, with a security label. */
export function isLabelled({ event }: Pick<RecordedDeed, 'event'>): boolean {
  return ((event as AuditEvent | undefined)?.meta?.security ?? []).length > 0
}

function given({ type, query, from, told, count, further }: RecordedDeed): Partial<AccessRow> {
  return {
    ...(further ? { further: true } : {}),
    ...(type === undefined ? {} : { type }),
    ...(query === undefined ? {} : { query }),
    ...(from === undefined ? {} : { from }),
    ...(told === undefined ? {} : { told }),
    ...(count === undefined ? {} : { count }),
  }
}

function patientsOf({ parts = [], patients = [] }: RecordedDeed): string[] {
  return [...new Set([...patients, ...parts.flatMap((part) => part.patients)])]
}

function nameOfPart({ type, id, version }: DeedPart): string {
  return version === undefined ? `${type}/${id}` : `${type}/${id}/_history/${version}`
}

/** What an AuditEvent from elsewhere says of itself goes before who sent it here. */
function externalOf({ event }: RecordedDeed, context: ReadingContext): Partial<AccessRow> {
  if (!event) return {}
  const { at, user, userName, from, purposes, entities, query } = readExternal(event as AuditEvent, context)
  return {
    at,
    agent: user === undefined ? {} : { user },
    ...(userName === undefined ? {} : { agentName: userName }),
    ...(from === undefined ? {} : { from }),
    ...(query === undefined ? {} : { query }),
    purposes,
    entities,
    code: subtypeOf(event as AuditEvent),
    action: (event as AuditEvent).action ?? 'E',
    outcome: (event as AuditEvent).outcome ?? '0',
  }
}

function subtypeOf({ type, subtype = [] }: AuditEvent): string {
  return subtype[0]?.code ?? type.code ?? type.display ?? 'external'
}

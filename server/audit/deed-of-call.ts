import { hash } from 'node:crypto'
import type { Access, Interaction } from '../../auth/access.ts'
import type { Deed, DeedAction, DeedOutcome, DeedPart, RestCode } from '../../auth/audit/deed.ts'
import type { ErrorKind, FhirError } from '../../resources/fhir-error.ts'
import type { TracedCall } from '../call.ts'
import { agentOf } from './agent.ts'
import { askedByEntry } from './asked.ts'
import { patientsAsked } from './asked-patients.ts'

const ACTIONS: Readonly<Record<Interaction, DeedAction>> = {
  read: 'R',
  vread: 'R',
  'history-instance': 'R',
  'history-type': 'R',
  'history-system': 'R',
  'search-type': 'R',
  'search-system': 'R',
  capabilities: 'R',
  create: 'C',
  update: 'U',
  patch: 'U',
  delete: 'D',
  bundle: 'E',
  operation: 'E',
}

/** Characters of a query that are kept: nobody is to fill the disk by what is refused, or ignored. */
const MOST_ASKED = 65_536
const MOST_REFUSED = 4_096

/** Errors that are the server's. */
const SERIOUS: ReadonlySet<ErrorKind> = new Set(['internal', 'unavailable', 'timeout'])

/** What a refused call came to know, or to name. */
export interface Named {
  parts: readonly DeedPart[]
  /** Consents that decided. */
  consents: readonly string[]
}

/**
 * The deed of a call: of what its trace has, or of what it named where it was refused. `issuer` is the built-in one, which is
 * not told.
 */
export function deedOfCall(
  call: TracedCall,
  { issuer, base, error, named, entry = call, parts = named?.parts ?? partsOf(call) }: DeedFacts,
): Deed {
  const { trace, access, from, request, purposes } = call
  const { type } = entry
  const { kind, code } = whatOf(call)
  const query = kept(askedByEntry(call, entry, trace), error ? MOST_REFUSED : MOST_ASKED)
  const { told } = trace
  const reason = told.reason ?? call.glassReason
  const patients = error ? [] : patientsOf(call, base)
  const count = error ? undefined : (told.count ?? trace.count)
  const decidedBy = [...policyOf(access), ...(named?.consents ?? []), ...emergencyOf(access, parts, patients)]
  return {
    at: trace.at,
    kind,
    code,
    action: ACTIONS[call.interaction],
    outcome: outcomeOf(error),
    ...(error ? { told: error.kind } : {}),
    agent: agentOf(access, issuer),
    ...(from === undefined ? {} : { from }),
    ...purposesOf(told.purposes ?? purposes),
    ...(decidedBy.length > 0 ? { decidedBy } : {}),
    ...(request === undefined ? {} : { request }),
    ...(type === undefined ? {} : { type }),
    ...(query === undefined ? {} : { query }),
    ...(parts.length > 0 ? { parts } : {}),
    ...(patients.length > 0 ? { patients } : {}),
    ...(count === undefined ? {} : { count }),
    ...(reason === undefined ? {} : { reason }),
  }
}

/** Of whom something was disclosed: by what was shown, and by the answer to what was asked about them. */
function patientsOf(call: TracedCall, base: string): string[] {
  const { told, listed } = call.trace
  return [...new Set([...(told.patients ?? []), ...listed, ...patientsAsked(call, base)])]
}

/** What is too long to be kept for years is kept by its beginning, and by what it can be recognised by. */
function kept(query: string | undefined, most: number): string | undefined {
  if (query === undefined || query.length <= most) return query
  return `${query.slice(0, most).toWellFormed()}… [${query.length} characters, SHA-256 ${hash('sha256', query)}]`
}

export interface DeedFacts {
  issuer: string
  /** FHIR base URL of this server. */
  base: string
  error?: FhirError | undefined
  named?: Named | undefined
  /** Of a transaction: the entry by which it failed. */
  entry?: TracedCall | undefined
  /** What was written, in place of what was shown. */
  parts?: readonly DeedPart[]
}

function whatOf({ interaction, operation, trace }: TracedCall): Pick<Deed, 'kind' | 'code'> {
  const { kind, code } = trace.told
  if (interaction === 'operation') return { kind: kind ?? 'operation', code: code ?? operation ?? '' }
  return { kind: 'rest', code: (interaction === 'bundle' ? trace.bundle : interaction) satisfies RestCode }
}

/** What was asked by id and neither shown nor written is named all the same: that it was not there is an answer, too. */
function partsOf({ trace, type, id }: TracedCall): readonly DeedPart[] {
  if (trace.parts.length === 0 && type !== undefined && id !== undefined) trace.names(type, id)
  return trace.parts
}

function outcomeOf(error: FhirError | undefined): DeedOutcome {
  if (!error) return '0'
  return SERIOUS.has(error.kind) ? '8' : '4'
}

function purposesOf(purposes: readonly string[] | undefined): Pick<Deed, 'purposes'> {
  return purposes && purposes.length > 0 ? { purposes } : {}
}

function policyOf({ policy }: Access): string[] {
  return policy === undefined ? [] : [policy]
}

/** Whether the caller has seen something of a patient that he broke the glass for. */
function emergencyOf(
  { emergencies }: Access,
  parts: readonly DeedPart[],
  patients: readonly string[],
): 'break-glass'[] {
  if (!emergencies) return []
  const open = new Set(emergencies.map(({ patient }) => patient))
  const isOpen = patients.some((id) => open.has(id)) || parts.some((part) => part.patients.some((id) => open.has(id)))
  return isOpen ? ['break-glass'] : []
}

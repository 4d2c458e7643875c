import type { AuditEvent } from '@medplum/fhirtypes'
import type { RecordedDeed } from '../../../auth/audit/deed.ts'
import type { Directory } from '../directory.ts'
import { type ExternalEvent, readExternal } from '../external-event.ts'
import type { ReadingContext } from '../record-reading.ts'
import type { Authorizations } from './authorization.ts'
import type { Outside } from './outside.ts'
import { type Recipient, recipientOf } from './recipient.ts'
import { areLeftOut, EXCEPTION_SYSTEM, isException } from './settings.ts'

/** Something of a patient's record that was told to somebody outside of the hospital. */
export interface Disclosure {
  /** ms since 1970 */
  at: number
  recipient: Recipient
  /** Types of what was told, or what it is called. */
  what: readonly string[]
  purposes: readonly string[]
  times: number
}

/** What a deed is judged by. */
export interface DisclosureSources extends ReadingContext {
  directory: Directory
  outside: Outside
  authorizations: Authorizations
}

/** A disclosure that has yet to be looked at for what is left out. */
interface Candidate extends Omit<Disclosure, 'recipient'> {
  recipient: { reference?: string; name?: string }
  decidedBy: readonly string[]
}

/**
 * The disclosure that a deed is and that an accounting tells of (45 CFR 164.528(a)(1)); undefined for what is none, or is left
 * out. A disclosure is what somebody of another organization was shown, and what an AuditEvent from elsewhere or by hand says to
 * be one (BALP, Privacy Disclosure Source).
 */
export async function disclosureOf(
  deed: RecordedDeed,
  patient: string,
  sources: DisclosureSources,
): Promise<Disclosure | undefined> {
  if (deed.outcome !== '0') return undefined
  const found = deed.kind === 'external' ? ofEvent(deed, sources) : await ofDeed(deed, patient, sources)
  if (!found || areLeftOut(found.purposes)) return undefined
  const { decidedBy, recipient, ...rest } = found
  if (recipient.reference === `Patient/${patient}`) return undefined
  if (await sources.authorizations.permit(decidedBy, patient, recipient.reference ?? '')) return undefined
  return { ...rest, recipient: await recipientOf(recipient, sources.directory) }
}

async function ofDeed(
  deed: RecordedDeed,
  patient: string,
  { directory, outside }: DisclosureSources,
): Promise<Candidate | undefined> {
  const { agent, at, kind, code, action, purposes = [], decidedBy = [], times = 1, type } = deed
  if (kind === 'security' || (action !== 'R' && action !== 'E')) return undefined
  const who = await directory.of(agent)
  if (who.own.has(patient)) return undefined
  const organization = await outside.organizationOf(agent, who)
  // An export by the hospital itself goes to whom nobody says: it counts where it says what for.
  const isGivenOut = code === 'export' && purposes.length > 0
  if (organization === undefined && !isGivenOut) return undefined
  const parts = (deed.parts ?? []).filter(({ patients }) => patients.includes(patient))
  const types = [...new Set(parts.map((part) => part.type))]
  const what = types.length > 0 ? types : [type ?? code]
  const isNamed = organization !== undefined && organization !== 'stranger'
  const name = agent.user ?? agent.client ?? agent.subject ?? agent.system
  const stranger = {
    ...(agent.user === undefined ? {} : { reference: agent.user }),
    ...(name === undefined ? {} : { name }),
  }
  return { at, recipient: isNamed ? { reference: organization } : stranger, what, purposes, decidedBy, times }
}

const DISCLOSE = { system: 'http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle', code: 'disclose' }

function ofEvent(deed: RecordedDeed, context: ReadingContext): Candidate | undefined {
  const event = deed.event as AuditEvent | undefined
  const read = event && readExternal(event, context)
  if (!read || !isDisclosure(read) || read.codes.some(isLeftOut)) return undefined
  const { at, recipient = {}, purposes, policies, consents, entities, names } = read
  const types = entities.flatMap((name) => (name.startsWith('Consent/') ? [] : [name.split('/', 1)[0]!]))
  const what = [...new Set([...names, ...types])]
  return { at, recipient, what, purposes, decidedBy: [...policies, ...consents], times: 1 }
}

function isDisclosure({ codes }: ExternalEvent): boolean {
  return codes.some(({ system, code }) => system === DISCLOSE.system && code === DISCLOSE.code)
}

function isLeftOut({ system, code }: { system?: string; code?: string }): boolean {
  return system === EXCEPTION_SYSTEM && isException(code)
}

import { setTimeout } from 'node:timers/promises'
import type { DeedPart } from '../../auth/audit/deed.ts'
import { patientsOf } from '../../auth/audit/subjects.ts'
import { decidedBy } from '../../auth/consent/denial.ts'
import type { ErrorKind, FhirError } from '../../resources/fhir-error.ts'
import { restrictionOf } from '../../search/searcher.ts'
import type { Services, TracedCall } from '../call.ts'
import { contentOf } from '../content.ts'
import { lastBefore } from '../visible.ts'
import type { Named } from './deed-of-call.ts'
import { partsSought } from './sought.ts'
import { nameOf } from './trace.ts'

/** Errors of what may be well otherwise, of which there is nothing to be told; the store may be out of reach. */
const SERIOUS: ReadonlySet<ErrorKind> = new Set(['internal', 'unavailable', 'timeout'])

/**
 * ms that the look-up of what was refused takes at the least: whether something hidden was found, and a Consent asked about
 * it, must not be told by the clock.
 */
const PADDED = 5

/**
 * What a refused call named. Of what is there also the patients that it is about, and where it is kept from the caller the
 * Consents that keep it: they are for the record alone. A refusal can tell of what is there (a version that If-Match does not
 * name, a value that a patch tests), and so can what was found by criteria: those of `whole`, the call that failed by this one.
 */
export async function namedBy(
  call: TracedCall,
  error: FhirError,
  services: Services,
  { trace: whole }: TracedCall = call,
): Promise<Named> {
  if (SERIOUS.has(error.kind)) return { parts: partsByName(call), consents: [] }
  const own = await ownOf(call, services)
  return { ...own, parts: [...own.parts, ...(await partsSought(whole.sought, own.parts, services))] }
}

async function ownOf(call: TracedCall, services: Services): Promise<Named> {
  const { type, id } = call
  if (type === undefined || id === undefined) return { parts: partsByName(call), consents: [] }
  const isNarrowed = restrictionOf(call.access.may.r, type).kind !== 'all'
  const [found] = await Promise.all([lookUp(call, { type, id }, services), isNarrowed && setTimeout(PADDED)])
  return found ?? { parts: partsByName(call), consents: [] }
}

function partsByName({ trace, type, id }: TracedCall): readonly DeedPart[] {
  return type === undefined || id === undefined ? trace.parts : [nameOf(type, id)]
}

async function lookUp(
  { access }: TracedCall,
  { type, id }: { type: string; id: string },
  services: Services,
): Promise<Named | undefined> {
  const stored = await services.store.read(type, id)
  const content = stored?.text ? { ...stored, text: stored.text } : (await lastBefore(stored, services))?.content
  if (!content) return undefined
  const consents = access.denials ? decidedBy(access.denials, type, contentOf(content, services)) : []
  return { parts: [{ type, id, patients: patientsOf(type, content.text, services.baseUrl) }], consents }
}

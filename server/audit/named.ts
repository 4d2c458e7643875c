import { setTimeout } from 'node:timers/promises'
import { patientsOf } from '../../auth/audit/subjects.ts'
import { decidedBy } from '../../auth/consent/denial.ts'
import type { ErrorKind, FhirError } from '../../resources/fhir-error.ts'
import { restrictionOf } from '../../search/searcher.ts'
import type { Services, TracedCall } from '../call.ts'
import { contentOf } from '../content.ts'
import { lastBefore } from '../visible.ts'
import type { Named } from './deed-of-call.ts'
import { nameOf } from './trace.ts'

/** Refusals that may stand for something which is there. */
const HIDING: ReadonlySet<ErrorKind> = new Set(['not-found', 'gone', 'forbidden'])

/**
 * ms that the look-up of what was refused takes at the least: whether something hidden was found, and a Consent asked about
 * it, must not be told by the clock.
 */
const PADDED = 5

/**
 * What a refused call named. Of what is there, and is kept from the caller, also the patients that it is about and the Consents
 * that keep it: they are for the record alone.
 */
export async function namedBy(call: TracedCall, error: FhirError, services: Services): Promise<Named> {
  const { trace, type, id } = call
  if (type === undefined || id === undefined) return { parts: trace.parts, consents: [] }
  if (HIDING.has(error.kind) && restrictionOf(call.access.may.r, type).kind !== 'all') {
    const [found] = await Promise.all([lookUp(call, { type, id }, services), setTimeout(PADDED)])
    if (found) return found
  }
  return { parts: [nameOf(type, id)], consents: [] }
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

import { FhirError } from '../../resources/fhir-error.ts'
import { isNobody } from '../access/nobody.ts'
import { EntryFailed } from '../bundle/entry-error.ts'
import type { Result, Services, TracedCall } from '../call.ts'
import { issuerOf } from '../issuer.ts'
import { deedOfCall } from './deed-of-call.ts'
import { foldable } from './folded.ts'
import { namedBy } from './named.ts'
import { unrecorded } from './recorder.ts'

/**
 * Puts a call on record that has been carried out or refused, and gives what may be answered: its result or, where it cannot
 * be recorded, `unavailable`. Of an entry of a Bundle that is still to be seen (`Deferred`). Never throws.
 */
export async function recorded(call: TracedCall, result: Result, services: Services): Promise<Result> {
  if (call.isTrial || call.trace.isRecorded) return result
  try {
    const { error } = result
    // What a transaction failed by is what it named.
    const entry =
      error instanceof EntryFailed ? (call.trace.entries.get(error.at) as TracedCall | undefined) : undefined
    const named = error && (await namedBy(entry ?? call, error, services, call))
    const deed = deedOfCall(call, { issuer: issuerOf(services.config), base: services.baseUrl, error, named, entry })
    if (isFolded(call, result)) services.folded.add(foldable(deed))
    else if (call.deferred) call.deferred.add(call, deed)
    else await services.audit.record([deed])
    return result
  } catch (error) {
    await result.answer?.stream?.end()
    return { error: error instanceof FhirError && error.kind === 'unavailable' ? error : unrecorded(error) }
  }
}

/**
 * What tells nothing of anybody, and may be asked for without end; and what could not be done, which cannot be recorded at once
 * either, mostly for the same reason: nobody is to wait for that once more.
 */
function isFolded({ access, interaction, trace }: TracedCall, { error }: Result): boolean {
  return trace.isFolded || isNobody(access) || interaction === 'capabilities' || error?.kind === 'unavailable'
}

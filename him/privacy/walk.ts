import type { RecordedDeed } from '../../auth/audit/deed.ts'
import { AuditTrail, type TrailQuery } from '../../auth/audit/trail.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { Pace } from '../../resources/pace.ts'
import type { AuditLog } from '../../resources/store/audit.ts'

/** What a walk through the log needs. */
export interface WalkSources {
  audit: AuditLog
  /** Aborted when whoever asked has left. */
  signal: AbortSignal
}

/**
 * All deeds that fit, a page of them in memory at a time. Others are let through meanwhile. Throws `timeout` when whoever asked has left:
 * a walk may take long without giving anything to send.
 */
export async function* walk(query: TrailQuery, { audit, signal }: WalkSources): AsyncGenerator<RecordedDeed> {
  const pace = new Pace()
  for await (const deed of new AuditTrail(audit).deeds(query)) {
    if (pace.due) await pace.rest()
    if (signal.aborted) throw FhirError.of('timeout', 'Whoever asked has left.')
    yield deed
  }
}

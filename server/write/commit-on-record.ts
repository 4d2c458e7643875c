import type { Outcome, Unit } from '../../resources/store/port.ts'
import { findBefore } from '../audit/before.ts'
import { recordOvertaken, recordsOf } from '../audit/committed.ts'
import type { Services, TracedCall } from '../call.ts'
import { commit } from './commit.ts'

/**
 * Commits what a call changes together with the call's record: neither is without the other. What changes nothing is put on
 * record when it is answered. Throws as `commit` does.
 */
export async function commitOnRecord(
  call: TracedCall,
  unit: Unit,
  services: Services,
  madeBy: number,
): Promise<Outcome[]> {
  if (unit.changes.length === 0 && !unit.state?.length) return commit(unit, services, madeBy)
  await findBefore(call.trace, unit.changes, services)
  const outcomes = await commit({ ...unit, audit: recordsOf(call, unit.changes, services) }, services, madeBy)
  call.trace.isRecorded = true
  await recordOvertaken(call, unit.changes, outcomes, services)
  return outcomes
}

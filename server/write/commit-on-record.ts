import type { Outcome, Unit } from '../../resources/store/port.ts'
import { findBefore } from '../audit/before.ts'
import { recordOvertaken, recordsOf } from '../audit/committed.ts'
import { outcomesOf, setApart } from '../audit-events/appended.ts'
import type { Services, TracedCall } from '../call.ts'
import { commit, ExpectationFailed } from './commit.ts'

/**
 * Commits what a call changes together with the call's record: neither is without the other. AuditEvents go into the
 * log. What changes nothing is put on record when it is answered. Throws as `commit` does.
 */
export async function commitOnRecord(
  call: TracedCall,
  unit: Unit,
  services: Services,
  madeBy: number,
): Promise<Outcome[]> {
  if (unit.changes.length === 0 && !unit.state?.length) return commit(unit, services, madeBy)
  const apart = setApart(unit.changes)
  const { changes, events, records } = apart
  await findBefore(call.trace, changes, services)
  for (const { type, id, text } of events) call.trace.adds(type, id, text)
  const audit = [...records, ...(await recordsOf(call, changes, services))]
  const outcomes = await commit({ ...unit, changes, audit }, services, madeBy).catch((error: unknown) => {
    throw error instanceof ExpectationFailed ? error.among(unit.changes) : error
  })
  call.trace.isRecorded = true
  await recordOvertaken(call, changes, outcomes, services)
  return outcomesOf(unit.changes, apart, outcomes, services.store)
}

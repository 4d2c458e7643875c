import { FhirError } from '../../resources/fhir-error.ts'
import { WRITE_ORDER } from '../write/draft.ts'
import { applyPatch } from '../write/patched.ts'
import { settle } from '../write/settle.ts'
import type { TransactionEntry, TransactionState } from './entries.ts'
import { namedLater } from './entry-error.ts'

/**
 * Settles which resources each writing entry is about, in the order in which a transaction acts: what is deleted first
 * is not found by criteria after it. Patches are applied. Throws when two entries are about the same resource.
 */
export async function settleTargets({ entries, criteria, services, pace }: TransactionState): Promise<void> {
  const taken = new Map<string, number>()
  for (const interaction of WRITE_ORDER) {
    for (const { at, draft } of entries) {
      if (draft?.call.interaction !== interaction) continue
      draft.targets = await namedLater(at, () => settle(draft, criteria, services.config))
      for (const { type, id, existing } of draft.targets) {
        if (existing) continue
        take(taken, `${type}/${id}`, at)
        if (interaction === 'delete') criteria.leaveOut(type, id)
      }
      if (interaction === 'patch') await namedLater(at, () => applyPatch(draft, services))
      if (pace.due) await pace.rest()
    }
  }
  refuseTwins(entries, taken)
}

/** Two conditional creates with the same criteria would each find nothing, and make two. */
function refuseTwins(entries: TransactionEntry[], taken: Map<string, number>): void {
  for (const { at, call, draft } of entries) {
    if (call.conditions.ifNoneExist === undefined || draft?.targets[0]?.existing) continue
    take(taken, `${call.type}?${call.conditions.ifNoneExist}`, at)
  }
}

function take(taken: Map<string, number>, key: string, at: number): void {
  const other = taken.get(key)
  taken.set(key, at)
  if (other === undefined) return
  throw FhirError.of('invalid', `Entries ${other} and ${at} are about the same resource.`, {
    expression: `Bundle.entry[${at}]`,
  })
}

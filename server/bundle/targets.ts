import { FhirError } from '../../resources/fhir-error.ts'
import { WRITE_ORDER } from '../write/draft.ts'
import { applyPatch } from '../write/patched.ts'
import { settle } from '../write/settle.ts'
import type { TransactionState } from './entries.ts'
import { namedLater } from './entry-error.ts'
import { OwnWrites } from './own-writes.ts'

/**
 * Settles which resources each writing entry is about, in the order in which a transaction acts: what is deleted first
 * is not found by criteria after it. Patches are applied. Throws when two entries are about the same resource.
 */
export async function settleTargets(state: TransactionState): Promise<void> {
  const { entries, criteria, services, pace } = state
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
  await refuseTwins(state, taken)
}

/**
 * What criteria did not find in the store, another entry may be about to write: then both are about one resource. So
 * are two entries with the same criteria, whatever they write.
 */
async function refuseTwins(state: TransactionState, taken: Map<string, number>): Promise<void> {
  const { entries, pace } = state
  const own = new OwnWrites(state)
  for (const { at, draft } of entries) {
    const target = draft?.targets[0]
    if (!target?.unmatched) continue
    take(taken, `${target.type}?${JSON.stringify(target.unmatched)}`, at)
    const unmatched = target.unmatched
    const found = await namedLater(at, () => own.find(target.type, unmatched))
    const other = found.find(({ id }) => id !== target.id)
    if (other) throw sameTarget(at, other.at)
    if (pace.due) await pace.rest()
  }
}

function take(taken: Map<string, number>, key: string, at: number): void {
  const other = taken.get(key)
  taken.set(key, at)
  if (other !== undefined) throw sameTarget(at, other)
}

function sameTarget(at: number, other: number): FhirError {
  const [first, second] = at < other ? [at, other] : [other, at]
  return FhirError.of('invalid', `Entries ${first} and ${second} are about the same resource.`, {
    expression: `Bundle.entry[${second}]`,
  })
}

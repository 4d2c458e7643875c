import { FhirError } from '../../resources/fhir-error.ts'
import { CommitRefused, type Store } from '../../resources/store/port.ts'
import type { StateChange } from '../../resources/store/state.ts'

/** What records are kept in. */
export type Keeper = Pick<Store, 'state' | 'commit'>

/** Attempts at a change that others come before. */
const ATTEMPTS = 20

/** Commits changes of state alone. Throws CommitRefused `state` where what they expect is not so. */
export async function commitState(store: Keeper, ...state: StateChange[]): Promise<void> {
  if (state.length > 0) await store.commit({ changes: [], guards: [], state })
}

/** Whether changes of state could be made: false where what they expect is not so. */
export async function wasCommitted(store: Keeper, ...state: StateChange[]): Promise<boolean> {
  try {
    await commitState(store, ...state)
    return true
  } catch (error) {
    if (error instanceof CommitRefused && error.reason === 'state') return false
    throw error
  }
}

/**
 * Does work that reads and then writes by compare and set, again for as long as others come before; `work` answers undefined
 * where it was. Throws `conflict` when that does not end.
 */
export async function untilWritten<T>(work: () => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const result = await work()
    if (result !== undefined) return result
  }
  throw FhirError.of('conflict', 'Others keep changing the same record; try again.')
}

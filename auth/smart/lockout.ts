import { createHash } from 'node:crypto'
import { CommitRefused } from '../../resources/store/port.ts'
import type { StateChange } from '../../resources/store/state.ts'
import { commitState, type Keeper, untilWritten } from './kept-record.ts'

const KIND = 'lockout'

/** Attempts that may fail before the first wait. */
const FREE = 5

/** ms of the first wait, which each further failure doubles, and of the longest. */
const FIRST_WAIT = 60_000
const LONGEST_WAIT = 60 * 60_000

/** ms after which failures are forgotten. */
const KEPT = 24 * 60 * 60_000

/** What is kept of a name, be it anybody's or not. */
interface Failures {
  count: number
  /** ms since 1970, until when no attempt is taken. */
  until: number
}

/**
 * Counts an attempt to sign in as if it had failed, before it is looked at: of many at once no more pass than one after the
 * other would. Answers how many ms to wait, 0 where the attempt may be made; `forgiven` takes it back.
 */
export async function countAttempt(store: Keeper, name: string, now: number): Promise<number> {
  const key = keyOf(name)
  return untilWritten(async () => {
    const entry = await store.state.get(KIND, key)
    const { count, until } = (entry?.value ?? { count: 0, until: 0 }) as Failures
    if (until > now) return until - now
    const failures: Failures = { count: count + 1, until: now + waitAfter(count + 1) }
    try {
      await commitState(store, {
        kind: 'put',
        of: KIND,
        key,
        value: failures,
        expires: failures.until + KEPT,
        expect: entry?.revision ?? 'absent',
      })
      return 0
    } catch (error) {
      if (error instanceof CommitRefused) return undefined
      throw error
    }
  })
}

/** The change by which all failures of a name are forgotten. */
export function forgiven(name: string): StateChange {
  return { kind: 'remove', of: KIND, key: keyOf(name) }
}

/** ms to wait after so many failures. */
export function waitAfter(failures: number): number {
  if (failures < FREE) return 0
  return Math.min(FIRST_WAIT * 2 ** (failures - FREE), LONGEST_WAIT)
}

/** Names are whatever anybody types: a digest has one length, and tells nothing to who reads the store. */
function keyOf(name: string): string {
  return createHash('sha256').update(name).digest('base64url')
}

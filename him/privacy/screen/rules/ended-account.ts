import type { UserRule } from '../rule.ts'
import { SHOWN } from '../user-day.ts'

const DAY = 86_400_000

/** Somebody whose roles are all at an end still has access. */
export const endedAccount: UserRule<'ended-account'> = {
  name: 'ended-account',
  note({ facts, first, last, keys, pairs }, { days }) {
    if (facts?.ended === undefined || last < facts.ended + days * DAY || keys.length === 0) return undefined
    return { measure: pairs.size, start: first, end: last, patients: [...pairs.keys()].slice(0, SHOWN), keys }
  },
  judge(noted, _thresholds, { start }) {
    return noted
      .filter(({ end }) => end >= start)
      .map((one) => ({ ...one, message: 'still had access after all of the roles had ended' }))
  },
}

import type { UserRule } from '../rule.ts'

/** Refused again and again on one day: somebody tries what is closed. */
export const refusals: UserRule<'refusals'> = {
  name: 'refusals',
  note({ refused: { count, keys, first, last, patients } }, { refusals: least }) {
    if (count < least) return undefined
    return { measure: count, start: first, end: last, patients: [...patients], keys }
  },
  judge(noted, _thresholds, { start }) {
    return noted
      .filter(({ end }) => end >= start)
      .map((one) => ({ ...one, message: `was refused ${one.measure} times on one day` }))
  },
}

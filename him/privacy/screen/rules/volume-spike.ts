import { type Noted, type UserRule, unexplained } from '../rule.ts'
import { SHOWN } from '../user-day.ts'

const DAY = 86_400_000

/** Days of the past that it takes to know what is usual. */
const LEAST = 5

/** Far more patients on one day than on those before it, and for many of them no explanation. */
export const volumeSpike: UserRule<'volume-spike'> = {
  name: 'volume-spike',
  note(user, { patients }) {
    const { first: start, last: end } = user
    if (user.pairs.size === 0) return undefined
    const strange = unexplained(user)
    const isMany = user.pairs.size >= patients
    return {
      measure: user.pairs.size,
      beside: strange.length,
      start,
      end,
      // Most days are kept for their number alone.
      patients: isMany ? strange.slice(0, SHOWN).map(({ patient }) => patient) : [],
      keys: isMany ? strange.slice(0, SHOWN).flatMap(({ keys }) => keys.slice(0, 1)) : [],
    }
  },
  judge(noted, { days, deviations, times, patients, share }, { start }) {
    return noted.flatMap((one, at) => {
      if (one.measure < patients || (one.beside ?? 0) < share * one.measure || one.end < start) return []
      const past = pastOf(noted, at, days)
      if (past.length < LEAST) return []
      const mean = past.reduce((sum, value) => sum + value, 0) / past.length
      const spread = Math.sqrt(past.reduce((sum, value) => sum + (value - mean) ** 2, 0) / past.length)
      if (one.measure < mean + deviations * spread || one.measure < times * mean) return []
      const usual = Math.round(mean * 10) / 10
      return [{ ...one, message: `opened ${one.measure} records on one day, where ${usual} are usual` }]
    })
  },
}

/** Patients on each of the days before one. */
function pastOf(noted: readonly Noted[], at: number, days: number): number[] {
  const since = noted[at]!.start - days * DAY
  const past: number[] = []
  for (let before = at - 1; before >= 0 && noted[before]!.start >= since; before--) past.push(noted[before]!.measure)
  return past
}

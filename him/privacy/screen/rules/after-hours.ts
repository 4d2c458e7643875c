import { isBetween } from '../clock.ts'
import { type UserRule, unexplained } from '../rule.ts'
import { SHOWN } from '../user-day.ts'

/** Records of many at hours at which the user does not work otherwise. */
export const afterHours: UserRule<'after-hours'> = {
  name: 'after-hours',
  note(user, { from, to }) {
    const isLate = (moment: number) => isBetween(moment, user.day, from, to)
    if (![...user.pairs.values()].some(({ first, last }) => isLate(first) || isLate(last))) return undefined
    const late = unexplained(user).filter(({ first }) => isLate(first))
    return {
      measure: late.length,
      start: Math.min(...late.map(({ first }) => first), user.last),
      end: Math.max(...late.map(({ last }) => last), user.first),
      patients: late.slice(0, SHOWN).map(({ patient }) => patient),
      keys: late.slice(0, SHOWN).flatMap(({ keys }) => keys.slice(0, 1)),
    }
  },
  judge(noted, { patients, usualShare }, { days, start }) {
    // Who is there on many nights works at night.
    if (noted.length > 2 && noted.length > usualShare * days) return []
    return noted
      .filter((one) => one.measure >= patients && one.end >= start)
      .map((one) => ({ ...one, message: `opened ${one.measure} records after hours, none of them explained` }))
  },
}

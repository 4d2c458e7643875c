import { type UserRule, unexplained } from '../rule.ts'
import { type PairDay, SHOWN } from '../user-day.ts'

/** One record after the other within a short time, each hardly looked at, none of them explained. */
export const serialLookups: UserRule<'serial-lookups'> = {
  name: 'serial-lookups',
  note(user, { minutes, patients, accesses }) {
    const small = unexplained(user)
      .filter((pair) => pair.accesses <= accesses)
      .sort((one, other) => one.first - other.first)
    const run = longestRun(small, minutes * 60_000)
    if (run.length < patients) return undefined
    return {
      measure: run.length,
      start: run[0]!.first,
      end: run.at(-1)!.last,
      patients: run.slice(0, SHOWN).map(({ patient }) => patient),
      keys: run.slice(0, SHOWN).flatMap(({ keys }) => keys.slice(0, 1)),
    }
  },
  judge(noted, { minutes }, { start }) {
    return noted
      .filter(({ end }) => end >= start)
      .map((one) => ({
        ...one,
        message: `glanced at ${one.measure} records within ${minutes} minutes, none of them explained`,
      }))
  },
}

/** The most that began within a time of each other. */
function longestRun(pairs: readonly PairDay[], time: number): PairDay[] {
  let best: [number, number] = [0, 0]
  for (let end = 0, begin = 0; end < pairs.length; end++) {
    while (pairs[end]!.first - pairs[begin]!.first > time) begin++
    if (end + 1 - begin > best[1] - best[0]) best = [begin, end + 1]
  }
  return pairs.slice(...best)
}

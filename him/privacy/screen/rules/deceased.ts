import type { PairRule } from '../rule.ts'

const DAY = 86_400_000

/** The patient is dead for longer than a record is still worked on. */
export const deceased: PairRule<'deceased'> = {
  name: 'deceased',
  least: ({ sittings }) => ({ sittings, days: 1 }),
  test({ who, first }, { days }) {
    const isLong = typeof who?.died === 'number' && first > who.died + days * DAY
    return isLong || who?.died === 'dead' ? 'is dead for some time' : undefined
  },
}

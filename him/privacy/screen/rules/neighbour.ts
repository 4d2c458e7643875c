import type { Home } from '../person.ts'
import type { PairRule } from '../rule.ts'

/** The patient lives in the same street, some numbers from the user. */
export const neighbour: PairRule<'neighbour'> = {
  name: 'neighbour',
  least: ({ sittings }) => ({ sittings, days: 1 }),
  test({ user, who }, { houses }) {
    if (!user || !who || who.practitioners.includes(user.id)) return undefined
    const isNear = user.homes.some((home) => who.homes.some((other) => isBeside(home, other, houses)))
    return isNear ? 'lives next door' : undefined
  },
}

function isBeside(one: Home, other: Home, houses: number): boolean {
  if (one.street === undefined || one.street !== other.street || one.whole === other.whole) return false
  return Math.abs((one.house ?? 0) - (other.house ?? 0)) <= houses
}

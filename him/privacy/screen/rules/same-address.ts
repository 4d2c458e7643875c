import { shares } from '../person.ts'
import type { PairRule } from '../rule.ts'

/** The patient lives where the user does, or has the same phone. */
export const sameAddress: PairRule<'same-address'> = {
  name: 'same-address',
  least: ({ sittings }) => ({ sittings, days: 1 }),
  test({ user, who }) {
    if (!user || !who || who.practitioners.includes(user.id)) return undefined
    if (user.homes.some(({ whole }) => who.homes.some((other) => other.whole === whole))) return 'has the same address'
    return shares(user.phones, who.phones) ? 'has the same phone' : undefined
  },
}

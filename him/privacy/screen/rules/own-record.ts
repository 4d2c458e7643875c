import type { PairRule } from '../rule.ts'

/** Somebody who works here looks at the own record by the account of the work. */
export const ownRecord: PairRule<'own-record'> = {
  name: 'own-record',
  least: ({ sittings }) => ({ sittings, days: 1 }),
  test({ user, who }) {
    return user && who?.practitioners.includes(user.id) ? 'is the own record' : undefined
  },
}

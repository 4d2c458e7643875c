import type { PairRule } from '../rule.ts'

/** The patient is somebody else who works here. */
export const coWorker: PairRule<'co-worker'> = {
  name: 'co-worker',
  least: ({ sittings }) => ({ sittings, days: 1 }),
  test({ user, who }) {
    if (!who || who.practitioners.length === 0 || (user && who.practitioners.includes(user.id))) return undefined
    return 'works here, too'
  },
}

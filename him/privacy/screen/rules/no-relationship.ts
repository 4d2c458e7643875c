import type { PairRule } from '../rule.ts'

/** Nothing in the record tells why, and it happens again: once may be help that nobody wrote down. */
export const noRelationship: PairRule<'no-relationship'> = {
  name: 'no-relationship',
  least: ({ sittings, days }) => ({ sittings, days }),
  test: () => 'has no relationship of care with the user',
}

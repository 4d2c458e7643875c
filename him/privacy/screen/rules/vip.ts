import type { PairRule } from '../rule.ts'

/** The record has a label of those whom all know, or of what is restricted. */
export const vip: PairRule<'vip'> = {
  name: 'vip',
  least: ({ sittings }) => ({ sittings, days: 1 }),
  test({ who }, { labels }) {
    return who?.labels.some((label) => labels.includes(label)) ? 'is very important or restricted' : undefined
  },
}

import type { PairRule } from '../rule.ts'

/** The patient has the user's surname, and few others do: what many have says nothing. */
export const sameSurname: PairRule<'same-surname'> = {
  name: 'same-surname',
  least: ({ sittings }) => ({ sittings, days: 1 }),
  async test({ user, who }, { patients, share }, people) {
    if (!user || !who || who.practitioners.includes(user.id)) return undefined
    for (const surname of user.surnames.filter((one) => who.surnames.includes(one))) {
      const found = await people.surname(surname)
      if (found.patients <= patients || found.share <= share) return 'has the same rare surname'
    }
    return undefined
  },
}

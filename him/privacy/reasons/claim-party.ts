import { namesOf } from '../record-reading.ts'
import { type Reason, timeOf } from './reason.ts'

/** Makes a claim, or gave what is claimed. */
export const claimParty: Reason = {
  code: 'claim-party',
  words: 'provider or enterer of a claim',
  of: {
    Claim: ({ provider, enterer, careTeam = [], billablePeriod, created }, reading) => {
      const team = careTeam.map((one) => one.provider)
      const who = namesOf([provider, enterer, ...team], reading)
      return [{ who, ...timeOf(billablePeriod?.start ?? created, created, reading) }]
    },
  },
}

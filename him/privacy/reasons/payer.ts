import { namesOf } from '../record-reading.ts'
import { type Reason, timeOf } from './reason.ts'

/** Pays: insurer of a claim, or payor of a coverage that a claim is on. */
export const payer: Reason = {
  code: 'payer',
  words: 'payer of a claim',
  of: {
    Coverage: ({ id, payor = [] }, reading) => {
      reading.named.set(`Coverage/${id}`, namesOf(payor, reading))
      return []
    },
    Claim: ({ insurer, insurance = [], billablePeriod, created }, reading) => {
      const coverages = namesOf(
        insurance.map(({ coverage }) => coverage),
        reading,
      )
      const payors = coverages.flatMap((coverage) => reading.named.get(coverage) ?? [])
      const who = [...namesOf([insurer], reading), ...payors]
      return [{ who, ...timeOf(billablePeriod?.start ?? created, created, reading) }]
    },
    CoverageEligibilityRequest: ({ insurer, created }, reading) => [
      { who: namesOf([insurer], reading), ...timeOf(created, undefined, reading) },
    ],
    ClaimResponse: ({ insurer, created }, reading) => [
      { who: namesOf([insurer], reading), ...timeOf(created, undefined, reading) },
    ],
  },
}

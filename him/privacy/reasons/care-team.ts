import { ALWAYS, namesOf, spanOf } from '../record-reading.ts'
import type { Reason } from './reason.ts'

/** Of a care team, manages an episode of care, or is the patient's general practitioner. */
export const careTeam: Reason = {
  code: 'care-team',
  words: 'of the care team',
  of: {
    Patient: ({ generalPractitioner = [] }, reading) => [{ who: namesOf(generalPractitioner, reading), ...ALWAYS }],
    CareTeam: ({ participant = [], managingOrganization = [], period }, reading) => [
      { who: namesOf(managingOrganization, reading), ...spanOf(period?.start, period?.end, reading) },
      ...participant.map((one) => {
        const { start, end } = one.period ?? period ?? {}
        return { who: namesOf([one.member], reading), ...spanOf(start, end, reading) }
      }),
    ],
    EpisodeOfCare: ({ careManager, period }, reading) => [
      { who: namesOf([careManager], reading), ...spanOf(period?.start, period?.end, reading) },
    ],
  },
}

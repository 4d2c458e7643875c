import { namesOf } from '../record-reading.ts'
import { encounterTime } from './encounter-participant.ts'
import type { Reason } from './reason.ts'

/** Works for the department that an encounter was with, or where it took place. */
export const serviceProvider: Reason = {
  code: 'service-provider',
  words: 'of the department of an encounter',
  of: {
    Encounter: (encounter, reading) => {
      const places = (encounter.location ?? []).map(({ location }) => location)
      return [{ who: namesOf([encounter.serviceProvider, ...places], reading), ...encounterTime(encounter, reading) }]
    },
  },
}

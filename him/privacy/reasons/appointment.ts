import { namesOf } from '../record-reading.ts'
import { type Reason, timeOf } from './reason.ts'

/** Has an appointment with the patient. */
export const appointment: Reason = {
  code: 'appointment',
  words: 'has an appointment with the patient',
  of: {
    Appointment: ({ participant = [], start, end, status }, reading) => {
      if (status === 'entered-in-error') return []
      const actors = participant.map(({ actor }) => actor)
      return [{ who: namesOf(actors, reading), ...timeOf(start, end, reading) }]
    },
  },
}

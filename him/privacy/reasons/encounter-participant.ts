import type { Encounter } from '@medplum/fhirtypes'
import { namesOf, type Span, spanOf } from '../record-reading.ts'
import { type Reading, type Reason, timeOf } from './reason.ts'

/** Takes part in an encounter, or manages an episode of care. */
export const encounterParticipant: Reason = {
  code: 'encounter-participant',
  words: 'participant of an encounter',
  of: {
    Encounter: (encounter, reading) => {
      const individuals = (encounter.participant ?? []).map(({ individual }) => individual)
      return [{ who: namesOf(individuals, reading), ...encounterTime(encounter, reading) }]
    },
  },
}

const OPEN: ReadonlySet<string | undefined> = new Set(['planned', 'arrived', 'triaged', 'in-progress', 'onleave'])

/** When an encounter was, or is: one that goes on has no end. */
export function encounterTime({ status, period }: Encounter, reading: Reading): Span {
  const isOpen = OPEN.has(status) && period?.end === undefined && period?.start !== undefined
  return isOpen ? spanOf(period.start, undefined, reading) : timeOf(period?.start, period?.end, reading)
}

import type { Procedure } from '@medplum/fhirtypes'
import { dateTimeOf, later } from '../calendar.ts'
import type { Chart } from '../chart.ts'
import { type Pointer, procedureConcept } from '../codes.ts'
import type { Visit } from '../course.ts'
import { location, practitioner } from '../staff.ts'
import { encounterReference, locationKey } from './encounter.ts'

/** `coded` are the Conditions of the visit's diagnoses; the first is why the procedures were done. */
export function proceduresOf(chart: Chart, visit: Visit, coded: Pointer[]): Procedure[] {
  return (visit.episode.procedures ?? []).map((code) => ({
    resourceType: 'Procedure',
    id: chart.nextId('procedure'),
    status: 'completed',
    code: procedureConcept(code),
    subject: chart.patient,
    encounter: encounterReference(chart, visit),
    performedPeriod: performedPeriod(chart, visit),
    performer: [{ actor: practitioner(visit.episode.attending) }],
    location: location(locationKey(visit.episode)),
    reasonReference: coded.slice(0, 1),
  }))
}

/** Within the visit: the shortest lasts 45, 110 and 600 minutes. */
function performedPeriod({ random }: Chart, { episode, start }: Visit): { start: string; end: string } {
  const [wait, length] = {
    AMB: [5, random.integer(10, 40)] as const,
    EMER: [random.integer(30, 60), random.integer(10, 40)] as const,
    IMP: [random.integer(60, 420), random.integer(25, 140)] as const,
  }[episode.setting]
  const begun = later(start, wait)
  return { start: dateTimeOf(begun), end: dateTimeOf(later(begun, length)) }
}

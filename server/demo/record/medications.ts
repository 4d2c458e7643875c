import type { MedicationRequest } from '@medplum/fhirtypes'
import { dateTimeOf, later } from '../calendar.ts'
import type { Chart } from '../chart.ts'
import { concept, RXNORM } from '../codes.ts'
import type { Visit } from '../course.ts'
import { practitioner } from '../staff.ts'
import { medications, rowOf } from '../tables.ts'
import { encounterReference } from './encounter.ts'

/** What is prescribed at a visit; what the patient takes already is not prescribed anew. */
export function medicationRequestsOf(chart: Chart, visit: Visit): MedicationRequest[] {
  const names = (visit.episode.medications ?? []).filter((name) => {
    return rowOf(medications, name).short || !chart.prescribed.has(name)
  })
  return names.map((name) => {
    chart.prescribed.add(name)
    return requestOf(chart, visit, name)
  })
}

function requestOf(chart: Chart, visit: Visit, name: string): MedicationRequest {
  const medication = rowOf(medications, name)
  return {
    resourceType: 'MedicationRequest',
    id: chart.nextId('medication-request'),
    status: medication.short && visit.end ? 'completed' : 'active',
    intent: 'order',
    medicationCodeableConcept: concept(RXNORM, medication.code, medication.display),
    subject: chart.patient,
    encounter: encounterReference(chart, visit),
    authoredOn: dateTimeOf(later(visit.start, 18)),
    requester: practitioner(visit.episode.attending),
    dosageInstruction: [{ text: medication.dose }],
  }
}

import type { Encounter } from '@medplum/fhirtypes'
import { dateTimeOf } from '../calendar.ts'
import type { Chart } from '../chart.ts'
import { hl7Coding, hl7Concept, ownIdentifier, type Pointer, referTo } from '../codes.ts'
import type { Visit } from '../course.ts'
import { department, location, practitioner } from '../staff.ts'
import { type Episode, rowOf, staff } from '../tables.ts'

const SETTINGS = { AMB: 'ambulatory', EMER: 'emergency', IMP: 'inpatient encounter' }

function encounterId(chart: Chart, visit: Visit): string {
  return `demo-encounter-${chart.label}-${visit.number}`
}

export function encounterReference(chart: Chart, visit: Visit): Pointer {
  return referTo('Encounter', encounterId(chart, visit))
}

/** Where an episode takes place. */
export function locationKey({ setting, location, attending }: Episode): string {
  if (location) return location
  if (setting === 'AMB') return 'clinic'
  if (setting === 'EMER') return 'emergency'
  return rowOf(staff, attending).department === 'surgery' ? 'surgical-ward' : 'medical-ward'
}

/** `coded` are the Conditions of the visit's diagnoses, in their order. */
export function encounterOf(chart: Chart, visit: Visit, coded: Pointer[]): Encounter {
  const { episode, start, end } = visit
  const period = { start: dateTimeOf(start), ...(end ? { end: dateTimeOf(end) } : {}) }
  return {
    resourceType: 'Encounter',
    id: encounterId(chart, visit),
    identifier: [ownIdentifier('visit', `V${chart.label}${String(visit.number).padStart(3, '0')}`, 'VN')],
    status: end ? 'finished' : 'in-progress',
    class: hl7Coding('v3-ActCode', episode.setting, SETTINGS[episode.setting]),
    type: [{ text: episode.title }],
    subject: chart.patient,
    participant: [
      {
        type: [hl7Concept('v3-ParticipationType', 'ATND', 'attender')],
        individual: practitioner(episode.attending),
      },
    ],
    period,
    reasonCode: [{ text: episode.title }],
    diagnosis: coded.map((condition, index) => ({
      condition,
      use: hl7Concept('diagnosis-role', 'billing', 'Billing'),
      rank: index + 1,
    })),
    ...(episode.setting === 'IMP' ? { hospitalization: hospitalizationOf(visit) } : {}),
    location: [{ location: location(locationKey(episode)) }],
    serviceProvider: department(rowOf(staff, episode.attending).department ?? 'medicine'),
  }
}

function hospitalizationOf({ episode, end, disposition }: Visit): NonNullable<Encounter['hospitalization']> {
  const source = episode.born ? 'born' : episode.elective ? 'outp' : 'emd'
  return {
    admitSource: hl7Concept('admit-source', source),
    ...(end ? { dischargeDisposition: hl7Concept('discharge-disposition', disposition) } : {}),
  }
}

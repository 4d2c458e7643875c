import type { ClaimItem, Period } from '@medplum/fhirtypes'
import type { Chart } from '../chart.ts'
import { concept, money } from '../codes.ts'
import type { Visit } from '../course.ts'
import { encounterReference } from '../record/encounter.ts'
import type { Line } from './lines.ts'

const PLACE_OF_SERVICE = 'https://www.cms.gov/Medicare/Coding/place-of-service-codes/Place_of_Service_Code_Set'

/** What the items of a claim are made of. */
interface Bill {
  chart: Chart
  visit: Visit
  lines: Line[]
  period: Period
  /** Whether the claim lists the procedures that its lines are for. */
  linked: boolean
}

export function claimItemsOf(bill: Bill): ClaimItem[] {
  const { chart, visit, lines, period, linked } = bill
  return lines.map((line, index) => ({
    sequence: index + 1,
    careTeamSequence: [1],
    diagnosisSequence: [1],
    ...(linked && line.procedure !== undefined ? { procedureSequence: [line.procedure + 1] } : {}),
    productOrService: line.service,
    servicedPeriod: period,
    ...(visit.episode.claim === 'professional'
      ? { locationCodeableConcept: concept(PLACE_OF_SERVICE, '22', 'On Campus-Outpatient Hospital') }
      : {}),
    quantity: { value: line.units },
    unitPrice: money(line.price),
    net: money(line.units * line.price),
    encounter: [encounterReference(chart, visit)],
  }))
}

import type { Chart } from '../chart.ts'
import { answersOf } from '../claims/answer.ts'
import { claimOf } from '../claims/claim.ts'
import type { Visit } from '../course.ts'
import { conditionsOf } from './conditions.ts'
import { dischargeSummariesOf } from './discharge-summary.ts'
import { encounterOf } from './encounter.ts'
import { medicationRequestsOf } from './medications.ts'
import { observationsOf } from './observations.ts'
import { pathologyOf } from './pathology.ts'
import { proceduresOf } from './procedures.ts'

/** Writes one visit into the record, with its claim and the payer's answer once it is over. */
export function addVisit(chart: Chart, visit: Visit): void {
  const { recorded, coded } = conditionsOf(chart, visit)
  const procedures = proceduresOf(chart, visit, coded)
  chart.add(
    encounterOf(chart, visit, coded),
    ...recorded,
    ...procedures,
    ...observationsOf(chart, visit),
    ...medicationRequestsOf(chart, visit),
    ...pathologyOf(chart, visit),
    ...dischargeSummariesOf(chart, visit),
  )
  if (!visit.end) return
  const claim = claimOf(chart, visit, visit.end, procedures)
  chart.add(claim, ...answersOf(chart, visit, claim))
}

import type { Claim, ClaimResponse, ExplanationOfBenefit } from '@medplum/fhirtypes'
import { addDays, workdayUpTo } from '../calendar.ts'
import type { Chart } from '../chart.ts'
import { hl7Concept, money, referTo } from '../codes.ts'
import type { Visit } from '../course.ts'
import { hospital, payer } from '../staff.ts'
import { type Decision, decide } from './adjudication.ts'

/** No answer is younger than this: claims that were sent lately are still open. */
const NEWEST_DAYS_AGO = 2

/** The payer's answer to a claim, unless it is still open. One payer sends ClaimResponses, the other EOBs. */
export function answersOf(chart: Chart, visit: Visit, claim: Claim): [ClaimResponse | ExplanationOfBenefit] | [] {
  const daysAgo = visit.claimDaysAgo - chart.random.integer(8, 20)
  const unanswered = visit.entry.denied === undefined && chart.random.chance(0.06)
  if (unanswered || daysAgo < NEWEST_DAYS_AGO) return []
  const created = workdayUpTo(addDays(chart.today, -daysAgo))
  const decision = decide(chart, visit, claim.item ?? [])
  const id = `${chart.label}-${visit.number}`
  return [
    chart.persona.payer === 'meridian'
      ? explanationOf(chart, claim, decision, created, `demo-explanation-${id}`)
      : responseOf(chart, claim, decision, created, `demo-claim-response-${id}`),
  ]
}

function responseOf(chart: Chart, claim: Claim, decision: Decision, created: string, id: string): ClaimResponse {
  return {
    resourceType: 'ClaimResponse',
    id,
    status: 'active',
    type: claim.type,
    use: 'claim',
    patient: chart.patient,
    created,
    insurer: payer(chart.persona.payer),
    requestor: hospital,
    request: referTo('Claim', claim.id!),
    outcome: decision.outcome,
    disposition: decision.disposition,
    item: decision.items.map((adjudication, index) => ({ itemSequence: index + 1, adjudication })),
    total: decision.totals,
    ...paymentOf(decision, created),
    insurance: claim.insurance,
  }
}

function explanationOf(
  chart: Chart,
  claim: Claim,
  decision: Decision,
  created: string,
  id: string,
): ExplanationOfBenefit {
  return {
    resourceType: 'ExplanationOfBenefit',
    id,
    status: 'active',
    type: claim.type,
    use: 'claim',
    patient: chart.patient,
    ...(claim.billablePeriod ? { billablePeriod: claim.billablePeriod } : {}),
    created,
    insurer: payer(chart.persona.payer),
    provider: claim.provider,
    claim: referTo('Claim', claim.id!),
    outcome: decision.outcome,
    disposition: decision.disposition,
    ...(claim.careTeam ? { careTeam: claim.careTeam } : {}),
    ...(claim.diagnosis ? { diagnosis: claim.diagnosis } : {}),
    ...(claim.procedure ? { procedure: claim.procedure } : {}),
    insurance: [{ focal: true, coverage: chart.coverage }],
    item: (claim.item ?? []).map((item, index) => ({ ...item, adjudication: decision.items[index]! })),
    total: decision.totals,
    ...paymentOf(decision, created),
  }
}

function paymentOf({ paid, outcome }: Decision, date: string): Pick<ClaimResponse, 'payment'> {
  if (paid === 0) return {}
  const type = hl7Concept('ex-paymenttype', outcome === 'partial' ? 'partial' : 'complete')
  return { payment: { type, date, amount: money(paid) } }
}

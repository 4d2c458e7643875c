import type { ClaimItem, ClaimResponseItemAdjudication, ClaimResponseTotal, CodeableConcept } from '@medplum/fhirtypes'
import type { Chart } from '../chart.ts'
import { hl7Concept, money } from '../codes.ts'
import type { Visit } from '../course.ts'

/** What the patient pays of a visit, in cents. */
const COPAYMENTS = { AMB: 3_000, EMER: 15_000, IMP: 50_000 }

/** A payer's decision about the items of a claim, in their order. */
export interface Decision {
  outcome: 'complete' | 'partial'
  disposition: string
  items: ClaimResponseItemAdjudication[][]
  totals: ClaimResponseTotal[]
  /** Cents. */
  paid: number
}

interface ItemDecision {
  submitted: number
  eligible: number
  copay: number
  refused?: CodeableConcept
}

/** Denied in full where the story says so; now and then the last of several lines is not covered. */
export function decide(chart: Chart, visit: Visit, items: ClaimItem[]): Decision {
  const reason = visit.entry.denied
  const share = chart.random.decimal(0.58, 0.82, 2)
  const partial = reason === undefined && items.length > 1 && chart.random.chance(0.08)
  const decisions = items.map((item, index): ItemDecision => {
    const submitted = Math.round((item.net?.value ?? 0) * 100)
    if (reason !== undefined) return refusal(submitted, { text: reason })
    if (partial && index === items.length - 1) {
      return refusal(submitted, hl7Concept('adjudication-reason', 'ar001', 'Not covered'))
    }
    const eligible = Math.round(submitted * share)
    return { submitted, eligible, copay: index === 0 ? Math.min(eligible, COPAYMENTS[visit.episode.setting]) : 0 }
  })
  const sum = (part: (decision: ItemDecision) => number) => decisions.reduce((total, one) => total + part(one), 0)
  const paid = sum(benefitOf)
  return {
    outcome: partial ? 'partial' : 'complete',
    disposition: reason === undefined ? dispositionOf(partial) : `Claim denied. ${reason}`,
    items: decisions.map(adjudicationOf),
    totals: [
      total(
        'submitted',
        sum((one) => one.submitted),
      ),
      total('benefit', paid),
    ],
    paid,
  }
}

function dispositionOf(partial: boolean): string {
  return partial ? 'Claim settled, one line not covered.' : 'Claim settled as per contract.'
}

function refusal(submitted: number, refused: CodeableConcept): ItemDecision {
  return { submitted, eligible: 0, copay: 0, refused }
}

function benefitOf({ eligible, copay }: ItemDecision): number {
  return eligible - copay
}

function adjudicationOf(decision: ItemDecision): ClaimResponseItemAdjudication[] {
  const { submitted, eligible, copay, refused } = decision
  return [
    { category: hl7Concept('adjudication', 'submitted'), amount: money(submitted) },
    {
      category: hl7Concept('adjudication', 'eligible'),
      ...(refused ? { reason: refused } : {}),
      amount: money(eligible),
    },
    ...(copay > 0 ? [{ category: hl7Concept('adjudication', 'copay'), amount: money(copay) }] : []),
    { category: hl7Concept('adjudication', 'benefit'), amount: money(benefitOf(decision)) },
  ]
}

function total(category: string, cents: number): ClaimResponseTotal {
  return { category: hl7Concept('adjudication', category), amount: money(cents) }
}

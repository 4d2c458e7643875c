import type { Claim, ClaimSupportingInfo, Procedure } from '@medplum/fhirtypes'
import { addDays, dayOf, type LocalTime, workdayUpTo } from '../calendar.ts'
import type { Chart } from '../chart.ts'
import { hl7Concept, money, ownIdentifier, referTo } from '../codes.ts'
import type { Visit } from '../course.ts'
import { locationKey } from '../record/encounter.ts'
import { hospital, location, payer, practitioner } from '../staff.ts'
import { claimDiagnosesOf } from './diagnoses.ts'
import { claimItemsOf } from './items.ts'
import { linesOf } from './lines.ts'

/** Cents by which a claim with a wrong total is off. */
const MISTAKE = 27_000

/** The claim for a visit that ended at `end`. */
export function claimOf(chart: Chart, visit: Visit, end: LocalTime, procedures: Procedure[]): Claim {
  const billed = visit.entry.flaw === 'procedure-not-on-claim' ? [] : procedures
  const period = { start: visit.start.day, end: dayOf(end) }
  const lines = linesOf(chart, visit)
  const total = lines.reduce((sum, line) => sum + line.units * line.price, 0)
  return {
    ...headOf(chart, visit),
    billablePeriod: period,
    diagnosis: claimDiagnosesOf(visit),
    ...(billed.length > 0 ? { procedure: billed.map(procedureOf) } : {}),
    insurance: [{ sequence: 1, focal: true, coverage: chart.coverage }],
    item: claimItemsOf({ chart, visit, lines, period, linked: billed.length > 0 }),
    total: money(visit.entry.flaw === 'total-mismatch' ? total + MISTAKE : total),
  }
}

function headOf(chart: Chart, visit: Visit): Omit<Claim, 'insurance'> {
  const { episode, number } = visit
  const professional = episode.claim === 'professional'
  const attending = practitioner(episode.attending)
  return {
    resourceType: 'Claim',
    id: `demo-claim-${chart.label}-${number}`,
    identifier: [ownIdentifier('claim', `C${chart.label}${String(number).padStart(3, '0')}`)],
    status: 'active',
    type: hl7Concept('claim-type', professional ? 'professional' : 'institutional'),
    use: 'claim',
    patient: chart.patient,
    created: workdayUpTo(addDays(chart.today, -visit.claimDaysAgo)),
    enterer: practitioner('coder'),
    insurer: payer(chart.persona.payer),
    provider: professional ? attending : hospital,
    priority: hl7Concept('processpriority', 'normal'),
    facility: location(locationKey(episode)),
    careTeam: [
      { sequence: 1, provider: attending, responsible: true, role: hl7Concept('claimcareteamrole', 'primary') },
    ],
    ...(episode.setting === 'IMP' ? { supportingInfo: [dischargeStatus(visit)] } : {}),
  }
}

function dischargeStatus({ disposition }: Visit): ClaimSupportingInfo {
  return {
    sequence: 1,
    category: hl7Concept('claiminformationcategory', 'discharge'),
    code: hl7Concept('discharge-disposition', disposition),
  }
}

function procedureOf(procedure: Procedure, index: number): NonNullable<Claim['procedure']>[number] {
  return {
    sequence: index + 1,
    ...(procedure.performedPeriod?.start ? { date: procedure.performedPeriod.start } : {}),
    procedureReference: referTo('Procedure', procedure.id!, procedure.code?.text),
  }
}

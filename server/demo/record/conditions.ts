import type { Condition } from '@medplum/fhirtypes'
import { addDays, dateTimeOf, dayOf, later } from '../calendar.ts'
import type { Chart } from '../chart.ts'
import { diagnosisConcept, hl7Concept, type Pointer, referTo } from '../codes.ts'
import type { Visit } from '../course.ts'
import { practitioner } from '../staff.ts'
import { diagnoses, rowOf } from '../tables.ts'
import { encounterReference } from './encounter.ts'

/**
 * The Conditions that a visit adds to the record, and those that its diagnoses name, in their order. Chronic ones are
 * written once and stay on the problem list, which the first visit takes down.
 */
export function conditionsOf(chart: Chart, visit: Visit): { recorded: Condition[]; coded: Pointer[] } {
  const recorded: Condition[] = []
  const recall = (code: string): Pointer => {
    const known = chart.problems.get(code)
    if (known) return known
    const condition = conditionOf(chart, visit, code)
    recorded.push(condition)
    const pointer = referTo('Condition', condition.id!, condition.code?.text)
    if (rowOf(diagnoses, code).chronic) chart.problems.set(code, pointer)
    return pointer
  }
  const coded = visit.diagnoses.map(recall)
  if (visit.number === 1) for (const code of chart.persona.chronic) recall(code)
  return { recorded, coded }
}

function conditionOf(chart: Chart, visit: Visit, code: string): Condition {
  const chronic = rowOf(diagnoses, code).chronic === true
  const resolved = !chronic && visit.end !== undefined
  const status = resolved ? 'resolved' : 'active'
  const category = chronic ? 'problem-list-item' : 'encounter-diagnosis'
  return {
    resourceType: 'Condition',
    id: chart.nextId('condition'),
    clinicalStatus: hl7Concept('condition-clinical', status),
    verificationStatus: hl7Concept('condition-ver-status', 'confirmed'),
    category: [hl7Concept('condition-category', category)],
    code: diagnosisConcept(code),
    subject: chart.patient,
    encounter: encounterReference(chart, visit),
    onsetDateTime: onsetOf(chart, visit, code),
    ...(resolved && visit.end ? { abatementDateTime: dayOf(visit.end) } : {}),
    recordedDate: dateTimeOf(later(visit.start, 15)),
    recorder: practitioner(visit.episode.attending),
  }
}

/** A month some years ago for what the patient had before; else the day, or one of the days before it. */
function onsetOf(chart: Chart, visit: Visit, code: string): string {
  const { day } = visit.start
  if (chart.persona.chronic.includes(code)) {
    const years = chart.random.integer(1, Math.max(1, Math.min(9, chart.ageOn(day) - 2)))
    return addDays(day, -365 * years).slice(0, 7)
  }
  const ill = /^[A-LN]/.test(code) && !rowOf(diagnoses, code).chronic && !visit.episode.acquired?.includes(code)
  return ill ? addDays(day, -chart.random.integer(0, 3)) : day
}

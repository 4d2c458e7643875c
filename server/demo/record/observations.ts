import type { Observation, ObservationComponent, Quantity } from '@medplum/fhirtypes'
import { dateTimeOf, later } from '../calendar.ts'
import type { Chart } from '../chart.ts'
import { concept, hl7Concept, LOINC, UCUM } from '../codes.ts'
import type { Visit } from '../course.ts'
import { hospital, practitioner } from '../staff.ts'
import { type Measurement, measurements, rowOf, type Span } from '../tables.ts'
import { encounterReference } from './encounter.ts'

/** Below this age in years, blood pressure is not taken as a matter of course. */
const PRESSURE_FROM_AGE = 3

const PRESSURES: Record<'child' | 'adult' | 'hypertensive', { systolic: Span; diastolic: Span }> = {
  child: { systolic: [94, 112], diastolic: [54, 70] },
  adult: { systolic: [108, 136], diastolic: [64, 84] },
  hypertensive: { systolic: [128, 162], diastolic: [74, 96] },
}

/** Vital signs and laboratory results of a visit. */
export function observationsOf(chart: Chart, visit: Visit): Observation[] {
  const age = chart.ageOn(visit.start.day)
  return [
    ...(age >= PRESSURE_FROM_AGE ? [bloodPressure(chart, visit, age)] : []),
    ...Object.entries(visit.episode.measures).map(([name, span]) => measured(chart, visit, name, span)),
  ]
}

function measured(chart: Chart, visit: Visit, name: string, span: 'usual' | Span): Observation {
  const row = rowOf(measurements, name)
  const [low, high] = span === 'usual' ? usualSpan(chart, visit, name, row) : span
  const value = chart.random.decimal(low, high, row.digits)
  const laboratory = row.reference !== undefined
  return {
    ...observationOf(chart, visit, laboratory),
    code: concept(LOINC, row.code, row.display),
    valueQuantity: quantity(value, row.unit),
    ...(row.reference
      ? {
          interpretation: [interpretationOf(value, row.reference)],
          referenceRange: [{ low: quantity(row.reference[0], row.unit), high: quantity(row.reference[1], row.unit) }],
        }
      : {}),
  }
}

function bloodPressure(chart: Chart, visit: Visit, age: number): Observation {
  const hypertensive = chart.persona.chronic.some((code) => /^I1[0-3]/.test(code))
  const usual = age < 13 ? PRESSURES.child : hypertensive ? PRESSURES.hypertensive : PRESSURES.adult
  return {
    ...observationOf(chart, visit, false),
    code: concept(LOINC, '85354-9', 'Blood pressure panel with all children optional'),
    component: [
      pressure('8480-6', 'Systolic blood pressure', chart.random.integer(...usual.systolic)),
      pressure('8462-4', 'Diastolic blood pressure', chart.random.integer(...usual.diastolic)),
    ],
  }
}

function pressure(code: string, display: string, value: number): ObservationComponent {
  return { code: concept(LOINC, code, display), valueQuantity: quantity(value, 'mm[Hg]') }
}

function observationOf(chart: Chart, visit: Visit, laboratory: boolean): Omit<Observation, 'code'> {
  const nurse = practitioner(visit.episode.setting === 'EMER' ? 'nurse-emergency' : 'nurse-ward')
  return {
    resourceType: 'Observation',
    id: chart.nextId('observation'),
    status: 'final',
    category: [hl7Concept('observation-category', laboratory ? 'laboratory' : 'vital-signs')],
    subject: chart.patient,
    encounter: encounterReference(chart, visit),
    effectiveDateTime: dateTimeOf(later(visit.start, laboratory ? 14 : 6)),
    performer: [laboratory ? hospital : nurse],
  }
}

/** Height and weight are the patient's own; a child's weight was less in earlier years. */
function usualSpan({ persona }: Chart, { entry }: Visit, name: string, row: Measurement): Span {
  if (name === 'body-height' && persona.age >= 18) return [persona.height, persona.height]
  if (name !== 'body-weight') return row.usual
  const years = entry.daysAgo / 365
  const weight = persona.age < 18 ? persona.weight * (1 - 0.09 * years) : persona.weight
  return [weight * 0.98, weight * 1.02]
}

function interpretationOf(value: number, [low, high]: Span): ReturnType<typeof hl7Concept> {
  const code = value < low ? 'L' : value > high ? 'H' : 'N'
  return hl7Concept('v3-ObservationInterpretation', code)
}

function quantity(value: number, unit: string): Quantity {
  return { value, unit, system: UCUM, code: unit }
}

import type { Written } from '../criteria.ts'

type Resource = Written & { id: string }

const DAY = 86_400_000
const START = Date.UTC(2010, 0, 1)

/** Codes of what was observed, done or found; patients have as many names. */
export const CODES = 20

const concept = (code: string) => ({ coding: [{ system: 'http://x', code }] })
const ONE = concept('one')

/** Of one patient, a resource of each type on a day; of their codes `code` alone tells them apart. */
const ABOUT: Record<string, (subject: object, at: string, code: object) => object> = {
  Observation: (subject, effectiveDateTime, code) => ({
    status: 'final',
    category: [ONE],
    code,
    subject,
    effectiveDateTime,
  }),
  Condition: (subject, recordedDate, code) => ({ clinicalStatus: ONE, category: [ONE], code, subject, recordedDate }),
  Encounter: (subject, at) => {
    const period = { start: `${at}T08:00:00Z`, end: `${at}T09:00:00Z` }
    return { status: 'finished', class: ONE.coding[0], type: [ONE], subject, period }
  },
  Procedure: (subject, performedDateTime, code) => ({ status: 'completed', code, subject, performedDateTime }),
  DiagnosticReport: (subject, effectiveDateTime, code) => {
    return { status: 'final', category: [ONE], code, subject, effectiveDateTime }
  },
  MedicationRequest: (subject, authoredOn, medicationCodeableConcept) => {
    return { status: 'active', intent: 'order', medicationCodeableConcept, subject, authoredOn }
  },
  Immunization: (patient, occurrenceDateTime, vaccineCode) => {
    return { status: 'completed', vaccineCode, patient, occurrenceDateTime }
  },
  DocumentReference: (subject, at, type) => {
    return { status: 'current', type, category: [ONE], subject, date: `${at}T08:00:00Z`, content: [] }
  },
  Claim: (patient, created) => {
    return { status: 'active', use: 'claim', patient, created, provider: { reference: 'Organization/o' } }
  },
}

/**
 * Invented patients `p0` … with what is known of each of them over ten years: `each` resources of every type, Observations
 * eight times as many. A fifth of the patients has a name that begins with Ann.
 */
export function ward(patients: number, each: number): Resource[] {
  const resources: Resource[] = [{ resourceType: 'Organization', id: 'o', name: 'House' }]
  for (let patient = 0; patient < patients; patient++) {
    const family = patient % 5 === 0 ? `Ann${'abcd'[(patient / 5) % 4]}` : `Bo${patient % CODES}`
    const birthDate = `19${String(50 + (patient % 50))}-03-0${1 + (patient % 9)}`
    const identifier = [{ system: 'http://x', value: `n${patient}` }]
    resources.push({ resourceType: 'Patient', id: `p${patient}`, name: [{ family }], birthDate, identifier })
    for (const [type, make] of Object.entries(ABOUT)) {
      const count = type === 'Observation' ? each * 8 : each
      for (let at = 0; at < count; at++) {
        const day = new Date(START + Math.floor(((at + 0.5) * 3650) / count) * DAY + (patient % 7) * DAY)
        const made = make(
          { reference: `Patient/p${patient}` },
          day.toISOString().slice(0, 10),
          concept(`c${at % CODES}`),
        )
        resources.push({ resourceType: type, id: `${type.toLowerCase()}-${patient}-${at}`, ...made })
      }
    }
  }
  return resources
}

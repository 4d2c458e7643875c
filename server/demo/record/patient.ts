import type { AllergyIntolerance, Coverage, Patient } from '@medplum/fhirtypes'
import { addDays, dateTimeOf } from '../calendar.ts'
import type { Chart } from '../chart.ts'
import { concept, hl7Concept, ownIdentifier, RXNORM } from '../codes.ts'
import type { Visit } from '../course.ts'
import { hospital, payer, practitioner } from '../staff.ts'
import { allergies, places, rowOf } from '../tables.ts'

const ADULT = 18

export function patientOf(chart: Chart, visits: Visit[]): Patient {
  const { persona } = chart
  const adult = persona.age >= ADULT
  const death = visits.find((visit) => visit.disposition === 'exp')?.end
  return {
    resourceType: 'Patient',
    id: `demo-patient-${chart.label}`,
    identifier: [
      { use: 'usual', ...ownIdentifier('mrn', chart.medicalRecordNumber, 'MR'), assigner: hospital },
      ownIdentifier('member', memberNumber(chart), 'MB'),
    ],
    active: true,
    name: [{ use: 'official', family: persona.family, given: persona.given }],
    telecom: [{ system: 'phone', value: phoneOf(chart), use: 'home' }],
    gender: persona.gender,
    birthDate: chart.birthDate,
    ...(death ? { deceasedDateTime: dateTimeOf(death) } : {}),
    address: [
      {
        use: 'home',
        line: [persona.street],
        city: persona.city,
        state: 'VT',
        postalCode: rowOf(places.postalCodes, persona.city),
        country: 'US',
      },
    ],
    ...(adult ? { maritalStatus: hl7Concept('v3-MaritalStatus', persona.marital) } : {}),
    communication: [
      { language: { coding: [{ system: 'urn:ietf:bcp:47', code: persona.language ?? 'en' }] }, preferred: true },
    ],
    generalPractitioner: [practitioner(adult ? 'internist' : 'pediatrician')],
    managingOrganization: hospital,
  }
}

export function coverageOf(chart: Chart): Coverage {
  const { persona, today } = chart
  const ended = persona.coverageEndedDaysAgo
  const firstDay = `${Number(today.slice(0, 4)) - 4}-01-01`
  const self = persona.age >= ADULT
  return {
    resourceType: 'Coverage',
    id: `demo-coverage-${chart.label}`,
    identifier: [ownIdentifier('member', memberNumber(chart), 'MB')],
    status: ended === undefined ? 'active' : 'cancelled',
    type:
      persona.payer === 'meridian'
        ? hl7Concept('v3-ActCode', 'PUBLICPOL', 'public healthcare')
        : hl7Concept('v3-ActCode', 'EHCPOL', 'extended healthcare'),
    ...(self ? { subscriber: chart.patient } : {}),
    subscriberId: memberNumber(chart),
    beneficiary: chart.patient,
    relationship: hl7Concept('subscriber-relationship', self ? 'self' : 'child'),
    period: {
      start: chart.birthDate > firstDay ? chart.birthDate : firstDay,
      ...(ended === undefined ? {} : { end: addDays(today, -ended) }),
    },
    payor: [payer(persona.payer)],
  }
}

export function allergiesOf(chart: Chart): AllergyIntolerance[] {
  if (chart.persona.allergy === undefined) return []
  const allergy = rowOf(allergies, chart.persona.allergy)
  return [
    {
      resourceType: 'AllergyIntolerance',
      id: chart.nextId('allergy'),
      clinicalStatus: hl7Concept('allergyintolerance-clinical', 'active'),
      verificationStatus: hl7Concept('allergyintolerance-verification', 'confirmed'),
      type: 'allergy',
      category: ['medication'],
      criticality: allergy.criticality,
      code: concept(RXNORM, allergy.code, allergy.display),
      patient: chart.patient,
      recordedDate: addDays(chart.today, -chart.random.integer(800, 1000)),
      recorder: practitioner('nurse-ward'),
      reaction: [{ manifestation: [{ text: allergy.reaction }] }],
    },
  ]
}

/** A person registered twice shows the same telephone and member number both times. */
function phoneOf({ persona, number }: Chart): string {
  return `+1-802-555-01${10 + (persona.duplicateOf ?? number)}`
}

function memberNumber({ persona, number }: Chart): string {
  return `${persona.payer.slice(0, 1).toUpperCase()}${700_000 + (persona.duplicateOf ?? number) * 311}`
}

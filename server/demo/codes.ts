import type { CodeableConcept, Coding, Identifier, Money } from '@medplum/fhirtypes'
import { diagnoses, hcpcs, icd10pcs, rowOf } from './tables.ts'

const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem'
/** Identifiers and codes that the hospital itself gives. */
const OWN = 'https://larkmoor.example/fhir'

export const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm'
export const ICD10PCS = 'http://www.cms.gov/Medicare/Coding/ICD10'
export const HCPCS = 'http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets'
export const LOINC = 'http://loinc.org'
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
export const UCUM = 'http://unitsofmeasure.org'

/** A code of one of HL7's own code systems, by the system's last part (`condition-category`). */
export function hl7Coding(system: string, code: string, display?: string): Coding {
  return { system: `${TERMINOLOGY}/${system}`, code, ...(display ? { display } : {}) }
}

export function hl7Concept(system: string, code: string, display?: string): CodeableConcept {
  return { coding: [hl7Coding(system, code, display)] }
}

export function concept(system: string, code: string, display: string): CodeableConcept {
  return { coding: [{ system, code, display }], text: display }
}

export function diagnosisConcept(code: string): CodeableConcept {
  return concept(ICD10CM, code, rowOf(diagnoses, code).display)
}

/** ICD-10-PCS where the table has it, else HCPCS Level II. */
export function procedureConcept(code: string): CodeableConcept {
  const row = icd10pcs[code]
  return row ? concept(ICD10PCS, code, row.display) : hcpcsConcept(code)
}

export function hcpcsConcept(code: string): CodeableConcept {
  return concept(HCPCS, code, rowOf(hcpcs, code).display)
}

/** A code that only this hospital uses. */
export function ownConcept(name: string, code: string, text: string): CodeableConcept {
  return { coding: [{ system: `${OWN}/CodeSystem/${name}`, code, display: text }], text }
}

/** An identifier that the hospital gives, with the HL7 v2 identifier type where there is a fitting one. */
export function ownIdentifier(name: string, value: string, type?: string): Identifier {
  return {
    ...(type ? { type: hl7Concept('v2-0203', type) } : {}),
    system: `${OWN}/identifier/${name}`,
    value,
  }
}

/** A Reference of any target type. */
export interface Pointer {
  reference: string
  display?: string
}

export function referTo(type: string, id: string, display?: string): Pointer {
  return { reference: `${type}/${id}`, ...(display ? { display } : {}) }
}

/** Dollars of an amount in cents. */
export function money(cents: number): Money {
  return { value: cents / 100, currency: 'USD' }
}

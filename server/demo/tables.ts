import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A row of a code table. */
export interface CodeRow {
  code: string
  display: string
}

export interface Diagnosis {
  display: string
  /** It stays on the problem list. */
  chronic?: true
  /** Exempt from the present-on-admission indicator. */
  exempt?: true
}

export interface PricedCode {
  display: string
  /** Charge of a unit in dollars. */
  price: number
  /** What an inpatient claim line calls it (ICD-10-PCS codes never stand on a line). */
  service?: string
}

/** From and to, both included. */
export type Span = readonly [number, number]

export interface Measurement extends CodeRow {
  /** UCUM. */
  unit: string
  digits: number
  usual: Span
  /** Reference range; vital signs have none. */
  reference?: Span
}

export interface Medication extends CodeRow {
  dose: string
  /** Taken for some days only. */
  short?: true
}

export interface Allergy extends CodeRow {
  reaction: string
  criticality: 'low' | 'high'
}

export interface StaffMember {
  given: string
  family: string
  gender: 'female' | 'male'
  prefix?: string
  suffix: string
  role: string
  title: string
  /** One of the two. */
  department?: string
  payer?: string
}

export interface Place {
  name: string
  /** HL7 v3 RoleCode. */
  code: string
  display: string
  department?: string
  /** location-physical-type. */
  form: string
}

export interface Places {
  departments: Record<string, string>
  payers: Record<string, string>
  locations: Record<string, Place>
  postalCodes: Record<string, string>
}

/** What can bring a patient to the hospital, and all that follows from it. */
export interface Episode {
  /** HL7 v3 ActCode: ambulatory, emergency, inpatient. */
  setting: 'AMB' | 'EMER' | 'IMP'
  title: string
  attending: string
  location?: string
  /** ICD-10-CM as the record documents them, the principal one first. */
  diagnoses: string[]
  /** Those of them that arose in hospital. */
  acquired?: string[]
  /** ICD-10-PCS for inpatients, HCPCS Level II for others. */
  procedures?: string[]
  /** HCPCS Level II of supplies and drugs, with units. */
  charges?: Record<string, number>
  /** HCPCS Level II of the visit itself. */
  visit?: string
  claim?: 'professional'
  elective?: true
  born?: true
  days?: Span
  disposition?: string
  measures: Record<string, 'usual' | Span>
  medications?: string[]
  /** What the discharge summary tells. */
  course?: string
  pathology?: { specimen: string; conclusion: string }
  /** Which patients may also have it without it being in their story. */
  fill?: { ages: Span; gender?: 'female'; needs?: string }
}

/** What somebody who reads the record should find. */
export type Flaw =
  | 'unspecified-diagnosis'
  | 'manifestation-first'
  | 'malignancy-not-coded'
  | 'present-on-admission-missing'
  | 'procedure-not-on-claim'
  | 'paired-codes'
  | 'total-mismatch'
  | 'coverage-ended'
  | 'discharge-summary-missing'
  | 'discharge-summary-unsigned'

/** One episode that a patient must have. */
export interface StoryEntry {
  episode: string
  daysAgo: number
  flaw?: Flaw
  /** Diagnoses as they were coded, where the record documents others. */
  codedAs?: string[]
  charges?: Record<string, number>
  /** The payer's reason for paying nothing. */
  denied?: string
  disposition?: string
  inProgress?: true
}

export interface Persona {
  given: string[]
  family: string
  gender: 'female' | 'male'
  /** In years, on the day of generation. */
  age: number
  /** Month and day of birth; one of the two is given. */
  birthday?: string
  bornDaysAgo?: number
  street: string
  city: string
  /** HL7 v3 MaritalStatus. */
  marital: string
  language?: string
  height: number
  weight: number
  payer: string
  coverageEndedDaysAgo?: number
  chronic: string[]
  allergy?: string
  /** Number of the patient who is probably the same person. */
  duplicateOf?: number
  story: StoryEntry[]
}

export const diagnoses = read<Record<string, Diagnosis>>('diagnoses')
export const icd10pcs = read<Record<string, PricedCode>>('icd10pcs')
export const hcpcs = read<Record<string, PricedCode>>('hcpcs')
export const measurements = read<Record<string, Measurement>>('measurements')
export const medications = read<Record<string, Medication>>('medications')
export const allergies = read<Record<string, Allergy>>('allergies')
export const staff = read<Record<string, StaffMember>>('staff')
export const places = read<Places>('places')
export const episodes = read<Record<string, Episode>>('episodes')
export const personas = read<Persona[]>('patients')

/** A row by its key; the tables are ours, so a key without a row is a slip of the pen. */
export function rowOf<T>(table: Record<string, T>, key: string): T {
  const row = table[key]
  if (row === undefined) throw new Error(`the demo hospital's tables have no ${key}`)
  return row
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(join(import.meta.dirname, `${name}.json`), 'utf8')) as T
}

import { typeInside } from '../../contained.ts'
import { DONE_KEPT } from '../port.ts'

/** An index of a collection; its fields in their order, each ascending or descending. */
export interface DeclaredIndex {
  name: string
  key: Record<string, 1 | -1>
  /** A document goes when its moment, the only field, is so many seconds ago. */
  expireAfterSeconds?: number
}

/**
 * The date that the resources of a type are listed by, the latest first: a parameter with one value at the most. A type that
 * is not here is listed by none in particular, and has no index for it.
 */
export const LISTED_BY: Readonly<Record<string, string>> = {
  Appointment: 'date',
  AuditEvent: 'date',
  CarePlan: 'date',
  CareTeam: 'date',
  Claim: 'created',
  ClaimResponse: 'created',
  Communication: 'sent',
  Composition: 'date',
  Condition: 'recorded-date',
  Consent: 'date',
  DiagnosticReport: 'date',
  DocumentReference: 'date',
  Encounter: 'date',
  EpisodeOfCare: 'date',
  ExplanationOfBenefit: 'created',
  Goal: 'start-date',
  ImagingStudy: 'started',
  Immunization: 'date',
  MedicationAdministration: 'effective-time',
  MedicationDispense: 'whenhandedover',
  MedicationRequest: 'authoredon',
  MedicationStatement: 'effective',
  Observation: 'date',
  Patient: 'birthdate',
  Procedure: 'date',
  QuestionnaireResponse: 'authored',
  ServiceRequest: 'authored',
  Task: 'authored-on',
}

/** The indexes of the collection of a type, by the name of the type or its `insideName`. */
export function indexesOf(type: string): DeclaredIndex[] {
  const indexes: DeclaredIndex[] = [
    { name: 'keys', key: { k: 1, _id: 1 } },
    // Without ids these take a third and a quarter of the room, and what is found by them comes in no order anyway.
    { name: 'ranges', key: { 'r.p': 1, 'r.u': 1, 'r.l': 1, 'r.h': 1 } },
    { name: 'words', key: { w: 1 } },
    { name: 'updated', key: { live: 1, t: 1, _id: 1 } },
    // Ties go by ascending ids whichever way moments go.
    { name: 'newest', key: { live: 1, t: -1, _id: 1 } },
  ]
  if (typeInside(type) !== undefined) return [...indexes, { name: 'container', key: { 'c.type': 1, 'c.id': 1 } }]
  const date = LISTED_BY[type]
  if (date === undefined) return [...indexes, { name: 'patient', key: { pk: 1, _id: 1 } }]
  return [
    ...indexes,
    // What is behind the id is looked at without the document.
    { name: 'earliest', key: { [`s.${date}.w`]: 1, [`s.${date}.a`]: 1, _id: 1, [`s.${date}.z`]: 1 } },
    { name: 'latest', key: { [`s.${date}.w`]: 1, [`s.${date}.z`]: -1, _id: 1, [`s.${date}.a`]: 1 } },
    { name: 'patient', key: { pk: 1, [`s.${date}.z`]: -1, _id: 1, [`s.${date}.a`]: 1 } },
  ]
}

/** The indexes of the collection of all versions. */
export const VERSION_INDEXES: readonly DeclaredIndex[] = [
  { name: 'all', key: { t: -1, n: -1, _id: -1 } },
  { name: 'type', key: { type: 1, t: -1, n: -1, _id: -1 } },
  { name: 'resource', key: { type: 1, id: 1, v: -1 } },
]

/** The indexes of a month of the audit log. */
export const AUDIT_INDEXES: readonly DeclaredIndex[] = [
  { name: 'keys', key: { k: 1, _id: 1 } },
  { name: 'chain', key: { c: 1, n: 1 } },
]

/** No transaction lives so long, in s. */
const LOCKS_KEPT = 60 * 60

/** Seconds after which what a process had or said goes, when nobody renewed it. */
const PROCESSES_KEPT = 24 * 60 * 60

/** The indexes of the collections that are there but once, by their names. */
export const SHARED_INDEXES: Readonly<Record<string, readonly DeclaredIndex[]>> = {
  versions: VERSION_INDEXES,
  done: [{ name: 'age', key: { at: 1 }, expireAfterSeconds: DONE_KEPT / 1000 }],
  locks: [{ name: 'age', key: { at: 1 }, expireAfterSeconds: LOCKS_KEPT }],
  processes: [{ name: 'age', key: { at: 1 }, expireAfterSeconds: PROCESSES_KEPT }],
  state: [
    { name: 'aliases', key: { a: 1, _id: 1 } },
    { name: 'age', key: { x: 1 }, expireAfterSeconds: 0 },
  ],
  notes: [],
  secrets: [],
  containers: [],
  audit_chains: [{ name: 'free', key: { f: 1, t: 1 } }],
  audit_tallies: [],
}

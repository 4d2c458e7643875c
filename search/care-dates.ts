import type { Range } from '../resources/dates.ts'
import type { Comparison, Expression } from './expression.ts'
import { parametersOf } from './parameters.ts'

/** The dates between which care was given; both days belong to it, and either may be open. */
export interface Period {
  start: Range | undefined
  end: Range | undefined
}

/**
 * The date parameter that tells when care was given, where it is not `date`. Types that are not a matter of dates of
 * care (a patient, a coverage, a related person) have none here nor a `date`.
 */
export const CARE_DATE: Readonly<Record<string, string>> = {
  Account: 'period',
  ChargeItem: 'occurrence',
  Claim: 'created',
  ClaimResponse: 'created',
  Communication: 'sent',
  CommunicationRequest: 'occurrence',
  Condition: 'onset-date',
  CoverageEligibilityRequest: 'created',
  CoverageEligibilityResponse: 'created',
  DetectedIssue: 'identified',
  DeviceRequest: 'event-date',
  DocumentManifest: 'created',
  ExplanationOfBenefit: 'created',
  Goal: 'start-date',
  ImagingStudy: 'started',
  Media: 'created',
  MedicationAdministration: 'effective-time',
  MedicationDispense: 'whenhandedover',
  MedicationRequest: 'authoredon',
  MedicationStatement: 'effective',
  NutritionOrder: 'datetime',
  Provenance: 'recorded',
  QuestionnaireResponse: 'authored',
  RequestGroup: 'authored',
  ServiceRequest: 'occurrence',
  Specimen: 'collected',
  VisionPrescription: 'datewritten',
}

/**
 * What a resource of a type must meet for its care to be within a period, in part at least. One that does not tell its
 * date is taken in: nobody knows that it lies outside. Where the type has no date that is indexed, all of it is.
 */
export function inCarePeriod(type: string, { start, end }: Period): Expression {
  const param = Object.hasOwn(CARE_DATE, type) ? CARE_DATE[type]! : 'date'
  const all: Comparison[] = []
  // `high` is the first moment that is no part of the entry.
  if (start) all.push(['high', '>', start.start])
  if (end) all.push(['low', '<', end.end])
  if (all.length === 0 || parametersOf(type).get(param)?.type !== 'date') return { kind: 'all' }
  const undated: Expression = { kind: 'not', part: { kind: 'present', param, table: 'range' } }
  return { kind: 'or', parts: [{ kind: 'range', param, tests: [{ unit: '', all }] }, undated] }
}

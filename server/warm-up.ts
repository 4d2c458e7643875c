import { setTimeout } from 'node:timers/promises'
import { prepareStructure } from '../resources/validation/structure/check.ts'
import { parametersOf } from '../search/parameters.ts'

/** What a hospital writes most. */
const COMMON = [
  'Bundle',
  'Patient',
  'Observation',
  'Encounter',
  'Condition',
  'Procedure',
  'Claim',
  'ExplanationOfBenefit',
  'DiagnosticReport',
  'MedicationRequest',
  'Immunization',
  'AllergyIntolerance',
  'CarePlan',
  'CareTeam',
  'Coverage',
  'DocumentReference',
  'Organization',
  'Practitioner',
  'Location',
  'Device',
]

/** Pause after each type, in ms, for requests that come meanwhile. */
const PAUSE = 10

/**
 * Compiles, after the start, what the first write of each common type would otherwise wait for, and hold all others up
 * with. Other types are compiled when they first come.
 */
export async function warmUp(): Promise<void> {
  for (const type of COMMON) {
    await setTimeout(PAUSE, undefined, { ref: false })
    prepareStructure(type)
    parametersOf(type)
  }
}

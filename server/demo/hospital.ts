import type { Bundle, Resource } from '@medplum/fhirtypes'
import { Chart } from './chart.ts'
import { courseOf } from './course.ts'
import { addVisit } from './record/add-visit.ts'
import { allergiesOf, coverageOf, patientOf } from './record/patient.ts'
import { hospitalResources } from './staff.ts'
import { type Persona, personas } from './tables.ts'

/** The seed of the hospital that the README speaks of. */
const SEED = 2027

/**
 * An invented hospital as transaction Bundles in loading order: the organization with its staff, then one Bundle a
 * patient. Every resource is a PUT under a fixed id. The same seed and `today` (`YYYY-MM-DD`) give the same bytes;
 * ids depend on the seed alone, and nothing is dated after `today`.
 */
export function demoBundles({ seed = SEED, today }: { seed?: number; today: string }): Bundle[] {
  return [
    transactionOf(hospitalResources()),
    ...personas.map((persona, index) => transactionOf(recordOf(persona, index + 1, seed, today))),
  ]
}

function recordOf(persona: Persona, number: number, seed: number, today: string): Resource[] {
  const chart = new Chart(persona, number, seed, today)
  const visits = courseOf(chart)
  chart.add(patientOf(chart, visits), coverageOf(chart), ...allergiesOf(chart))
  for (const visit of visits) addVisit(chart, visit)
  return chart.resources
}

function transactionOf(resources: Resource[]): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: resources.map((resource) => ({
      resource,
      request: { method: 'PUT', url: `${resource.resourceType}/${resource.id}` },
    })),
  }
}

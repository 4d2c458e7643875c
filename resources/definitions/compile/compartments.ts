import type { CompartmentDefinition } from '@medplum/fhirtypes'
import type { CompartmentTable } from '../shapes.ts'

/** The specification's compartments by their type; the example that the package carries beside them is left out. */
export function compileCompartments(definitions: CompartmentDefinition[]): Record<string, CompartmentTable> {
  const own = definitions.filter(({ id }) => id !== 'example')
  return Object.fromEntries(own.map(({ code, resource }) => [code, tableOf(resource ?? [])]))
}

/** A type without parameters is never in the compartment (R4 CompartmentDefinition.resource.param). */
function tableOf(resources: NonNullable<CompartmentDefinition['resource']>): CompartmentTable {
  return Object.fromEntries(resources.flatMap(({ code, param }) => (param?.length ? [[code, param]] : [])))
}

import { compartmentTables } from '../resources/definitions/definitions.ts'
import type { Expression } from './expression.ts'

/** All that belongs to one patient, encounter, practitioner, related person or device. */
export interface Compartment {
  type: string
  id: string
}

/** The types of resources that may be in a compartment, in alphabetical order; none where the type has no compartments. */
export function typesOfCompartment(type: string): string[] {
  const table = compartmentTables.get(type)
  return table ? [...new Set([type, ...Object.keys(table)])].sort() : []
}

/**
 * What the resources of a type must meet to be in a compartment; undefined for a type that is never in it. The resource
 * that gives the compartment its identity counts as part of it, also where R4's definition does not say `{def}`: of
 * Patient it names only `link`, of Device nothing.
 */
export function inCompartment({ type, id }: Compartment, resourceType: string): Expression | undefined {
  const table = compartmentTables.get(type)
  if (!table) return undefined
  const params = (Object.hasOwn(table, resourceType) ? table[resourceType]! : []).filter((param) => param !== '{def}')
  const parts: Expression[] = params.map((param) => refersTo(param, { type, id }))
  if (resourceType === type) parts.unshift({ kind: 'id', ids: [id] })
  return parts.length > 1 ? { kind: 'or', parts } : parts[0]
}

function refersTo(param: string, target: Compartment): Expression {
  return { kind: 'reference', param, targets: [target], bare: { types: [], ids: [] }, uris: [] }
}

import { beginningOf } from '../resources/beginning.ts'
import { FhirError } from '../resources/fhir-error.ts'
import type { EntryTable } from './expression.ts'
import { type ParameterRegistry, parametersOf, type SearchParameter } from './parameters.ts'

/**
 * One key that results are sorted by (R4 search, `_sort`). Ascending, a resource counts with the least of its values and
 * the least start of its ranges, descending with the greatest; those without a value come last either way.
 */
export interface SortKey {
  by: 'id' | 'lastUpdated' | SortedParameter
  descending: boolean
}

export interface SortedParameter {
  param: string
  table: EntryTable
  /** Whether the entries are tokens, uris or references. */
  type: 'token' | 'uri' | 'reference' | 'string' | 'range'
  /** Whether a resource has one value at the most. */
  single: boolean
  /** Whether its ranges are of time: these are never points. */
  moments?: boolean
}

/** A resource's place in a sorted listing: the values of its keys, null for none, and its id. */
export type Place = readonly [...keys: (string | number | null)[], id: string]

const MOST_KEYS = 10

/** Reads the value of `_sort`. Throws `invalid` for what cannot be sorted by. */
export function parseSort(typeName: string, value: string, registry?: ParameterRegistry): SortKey[] {
  const parts = value.split(',', MOST_KEYS + 1).filter((part) => part !== '')
  if (parts.length > MOST_KEYS) throw badSort(`_sort takes ${MOST_KEYS} parameters at the most.`, 'too-costly')
  return parts.map((part) => {
    const descending = part.startsWith('-')
    const code = descending ? part.slice(1) : part
    return { by: sortedBy(typeName, code, registry), descending }
  })
}

function sortedBy(typeName: string, code: string, registry: ParameterRegistry | undefined): SortKey['by'] {
  if (code === '_id') return 'id'
  if (code === '_lastUpdated') return 'lastUpdated'
  const parameter = parametersOf(typeName, registry).get(code)
  const shape = parameter && shapeOf(parameter)
  if (!shape) throw badSort(`${typeName} cannot be sorted by ${beginningOf(code)}.`, 'not-supported')
  return { param: code, ...shape }
}

function shapeOf({ type, unionOf, single = false }: SearchParameter): Omit<SortedParameter, 'param'> | undefined {
  if (unionOf) return undefined
  switch (type) {
    case 'date':
      return { table: 'range', type: 'range', single, moments: true }
    case 'number':
    case 'quantity':
      return { table: 'range', type: 'range', single }
    case 'string':
      return { table: 'string', type: 'string', single }
    case 'token':
    case 'uri':
    case 'reference':
      return { table: 'entry', type, single }
    default:
      return undefined
  }
}

function badSort(diagnostics: string, code: string): FhirError {
  return FhirError.of('invalid', diagnostics, { code })
}

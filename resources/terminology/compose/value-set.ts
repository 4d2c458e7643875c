import { FhirError } from '../../fhir-error.ts'
import type { Designation } from '../concept.ts'
import type { Condition } from '../concept-source.ts'

/** A code that a value set lists (R4 ValueSet.compose.include.concept). */
export interface ListedCode {
  code: string
  display?: string
  designation?: readonly Designation[]
}

/** R4 ValueSet.compose.include.filter. */
export interface Filter {
  property: string
  op: string
  value: string
}

/** R4 ValueSet.compose.include and exclude. */
export interface Include {
  system?: string
  version?: string
  concept?: readonly ListedCode[]
  filter?: readonly Filter[]
  valueSet?: readonly string[]
}

/** R4 ValueSet.expansion.contains. */
export interface Contained {
  system?: string
  version?: string
  code?: string
  display?: string
  abstract?: boolean
  inactive?: boolean
  designation?: readonly Designation[]
  contains?: readonly Contained[]
}

/** ValueSet as far as it is read. */
export interface ValueSetLike {
  url?: string
  version?: string
  name?: string
  title?: string
  compose?: {
    lockedDate?: string
    inactive?: boolean
    include?: readonly Include[]
    exclude?: readonly Include[]
  }
  expansion?: { timestamp?: string; total?: number; offset?: number; contains?: readonly Contained[] }
}

const SNOMED = 'http://snomed.info/sct'

/**
 * The condition of a filter on a code system. Throws `invalid` (`not-supported`) for one that is none of R4's.
 *
 * Some systems have filters of their own: `concept in REFSET` of SNOMED CT asks for the property `refset`, `ancestor = CODE` of
 * LOINC for what is below; expressions (`constraint`) are not carried out.
 */
export function conditionOf(system: string | undefined, filter: Filter): Condition {
  const { property, op, value } = filter
  if (system === SNOMED && op === 'in' && property === 'concept') return { op: '=', property: 'refset', value }
  if (property === 'constraint') throw unsupported(op, property)
  if (op === '=' && property === 'ancestor') return { op: 'descendent-of', code: value }
  return usualCondition(filter)
}

function usualCondition({ property, op, value }: Filter): Condition {
  const text = String(value ?? '')
  switch (op) {
    case 'is-a':
    case 'descendent-of':
    case 'is-not-a':
    case 'generalizes':
    case 'child-of':
      if (property !== 'concept' && property !== 'code') throw unsupported(op, property)
      return { op, code: text }
    case '=':
      return property === 'concept' || property === 'code'
        ? { op: 'codes', codes: [text] }
        : { op, property, value: text }
    case 'in':
    case 'not-in': {
      const values = text.split(',').map((one) => one.trim())
      return op === 'in' && (property === 'concept' || property === 'code')
        ? { op: 'codes', codes: values }
        : { op, property, values }
    }
    case 'regex':
      return { op, property: property === 'concept' ? 'code' : property, pattern: text }
    case 'exists':
      return { op, property, exists: text !== 'false' }
    default:
      throw unsupported(op, property)
  }
}

function unsupported(op: string, property: string): FhirError {
  return FhirError.of('invalid', `The filter ${property} ${op} of a value set is not supported`, {
    code: 'not-supported',
  })
}

import { FhirError } from '../resources/fhir-error.ts'
import type { Zone } from '../resources/zone.ts'
import type { TokenTest } from './expression.ts'
import type { ParameterRegistry, SearchParameter } from './parameters.ts'

/** One criterion on its way to an Expression: `family:exact=a,b`. */
export interface Criterion {
  parameter: SearchParameter
  modifier: string | undefined
  /** Split at commas, still escaped. */
  values: string[]
  /** FHIR base URL of this server, without `/` at the end. */
  baseUrl: string
  zone?: Zone
  terminology?: Terminology
}

/** What codes mean: those in a value set, or those at, below or above one of a code system's (`system|code`, still escaped). */
export interface Terminology {
  codes(are: 'in' | 'below' | 'above', of: string): readonly TokenTest[]
}

/** The error for a modifier that does not exist, or not for the parameter's type. */
export function unknownModifier(name: string): FhirError {
  return FhirError.of('invalid', `The modifier of ${name} is not supported.`, { code: 'not-supported' })
}

/** The error for a value that the parameter's type does not allow. */
export function badValue(code: string, expected: string): FhirError {
  return FhirError.of('invalid', `${code} takes ${expected}.`, { code: 'value' })
}

/** What parsing needs to know of the server, and of what it holds of terminology. */
export interface ParseContext {
  /** FHIR base URL, without `/` at the end. */
  baseUrl: string
  /** The search parameters that it knows; R4's own where they are not given. */
  parameters?: ParameterRegistry
  /** What a date without an offset is meant in; UTC where it is not given. */
  zone?: Zone
  /** Without it the modifiers that need it are refused. */
  terminology?: Terminology
}

import { elementRules } from '../../resources/definitions/rules.ts'
import { FhirError } from '../../resources/fhir-error.ts'

/**
 * The value set that an element of R4 is bound to: `Patient.gender`, or the url of its StructureDefinition with `#Patient.gender`.
 * Throws `not-found` for one that has no binding.
 */
export function boundSet(context: string): string {
  const path = context.slice(context.indexOf('#') + 1)
  const dot = path.lastIndexOf('.')
  const found = dot < 0 ? undefined : elementRules(path.slice(0, dot), path.slice(dot + 1))?.binding?.valueSet
  if (found !== undefined) return found
  throw FhirError.of('not-found', 'The context names no element of R4 that is bound to a value set.')
}

import { FhirError } from '../../resources/fhir-error.ts'

/** Codes that one search may ask for by value sets and hierarchies, all together. */
export const MOST_CODES = 10_000

/** The error for what this server does not hold. */
export function notHeld(what: string): FhirError {
  return FhirError.of('invalid', `${what} is not known to this server.`, { code: 'not-found' })
}

/** The error for what would take too much. */
export function tooMuch(what: string): FhirError {
  return FhirError.of('invalid', `${what}.`, { code: 'too-costly' })
}

/** The error for more codes than one search may ask for. */
export function tooManyCodes(): FhirError {
  return tooMuch(
    `The value sets and hierarchies of the search have more than ${MOST_CODES} codes, which is the most: ask for a part of them, such as a chapter by :below`,
  )
}

import { FhirError } from '../../resources/fhir-error.ts'

/** The error for a token that is not accepted. The words are for the caller, and hold nothing of the token. */
export function refused(words: string): FhirError {
  return FhirError.of('unauthenticated', words, { code: 'unknown' })
}

/** The error for a token whose time is over: the caller gets a new one and tries again. */
export function ended(): FhirError {
  return FhirError.of('unauthenticated', 'The token has expired.', { code: 'expired' })
}

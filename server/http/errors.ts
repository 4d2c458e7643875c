import type { FastifyError } from 'fastify'
import { type ErrorKind, FhirError } from '../../resources/fhir-error.ts'

/** Errors of the HTTP framework that have a kind of their own; all its other 4xx are `invalid`. */
const KINDS: Record<number, ErrorKind> = { 413: 'too-large', 415: 'unsupported-media', 404: 'not-found' }

const DIAGNOSTICS: Partial<Record<ErrorKind, string>> = {
  'too-large': 'The body is larger than this URL takes.',
  'unsupported-media': 'The media type of the body is not supported.',
  'not-found': 'There is nothing at this URL.',
  invalid: 'The request cannot be read.',
}

/** Makes a FhirError of whatever reached the HTTP layer. What is not the client's fault is `internal`. */
export function fhirErrorOf(error: FastifyError | FhirError): FhirError {
  if (error instanceof FhirError) return error
  const status = error.statusCode ?? 500
  if (status < 500) {
    const kind = KINDS[status] ?? 'invalid'
    return FhirError.of(kind, DIAGNOSTICS[kind] ?? 'The request cannot be read.')
  }
  const issue = { severity: 'error', code: 'exception', diagnostics: 'The server failed to do this.' } as const
  return new FhirError('internal', [issue], error.code ?? error.name)
}

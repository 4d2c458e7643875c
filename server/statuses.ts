import type { ErrorKind } from '../resources/fhir-error.ts'
import type { AnswerKind } from './call.ts'

const ANSWERS: Record<AnswerKind, number> = { ok: 200, created: 201, 'no-content': 204, 'not-modified': 304 }

const ERRORS: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  'not-acceptable': 406,
  conflict: 409,
  gone: 410,
  'precondition-failed': 412,
  'too-large': 413,
  'unsupported-media': 415,
  unprocessable: 422,
  'too-many-requests': 429,
  internal: 500,
  unavailable: 503,
  timeout: 504,
}

const PHRASES: Record<number, string> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  409: 'Conflict',
  410: 'Gone',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}

/** HTTP status of an answer or an error. This file alone knows them. */
export function statusOf(kind: AnswerKind | ErrorKind): number {
  return kind in ANSWERS ? ANSWERS[kind as AnswerKind] : ERRORS[kind as ErrorKind]
}

/** Status and phrase as Bundle.entry.response.status has them: `201 Created`. */
export function statusLine(kind: AnswerKind | ErrorKind): string {
  const status = statusOf(kind)
  return `${status} ${PHRASES[status]}`
}

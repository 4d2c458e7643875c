/** What went wrong, as the caller may know it. `server/http/errors.ts` maps each kind to a status. */
export type ErrorKind =
  | 'invalid'
  | 'unprocessable'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'gone'
  | 'method-not-allowed'
  | 'not-acceptable'
  | 'unsupported-media'
  | 'conflict'
  | 'precondition-failed'
  | 'too-large'
  | 'too-many-requests'
  | 'timeout'
  | 'unavailable'
  | 'internal'

/** One issue of an OperationOutcome; `code` is from http://hl7.org/fhir/issue-type. */
export interface Issue {
  severity: 'fatal' | 'error' | 'warning' | 'information'
  code: string
  diagnostics: string
  /** FHIRPath of the element, where it is known. */
  expression?: string[]
  /** Stable name of the rule that found it, where it has one. */
  messageId?: string
  /** Where in the body's text it is, from 1 on, where it was asked for. */
  line?: number
  column?: number
}

const DEFAULT_CODES: Record<ErrorKind, string> = {
  invalid: 'invalid',
  unprocessable: 'processing',
  unauthenticated: 'login',
  forbidden: 'forbidden',
  'not-found': 'not-found',
  gone: 'deleted',
  'method-not-allowed': 'not-supported',
  'not-acceptable': 'not-supported',
  'unsupported-media': 'not-supported',
  conflict: 'conflict',
  'precondition-failed': 'conflict',
  'too-large': 'too-long',
  'too-many-requests': 'throttled',
  timeout: 'timeout',
  unavailable: 'transient',
  internal: 'exception',
}

/**
 * The one error that rooms throw on purpose. `issues` go to the caller as an OperationOutcome;
 * `detail` goes to the log and never to the caller, and must hold nothing of a patient.
 */
export class FhirError extends Error {
  readonly kind: ErrorKind
  readonly issues: readonly Issue[]
  readonly detail: string | undefined

  constructor(kind: ErrorKind, issues: readonly Issue[], detail?: string) {
    super(kind)
    this.name = 'FhirError'
    this.kind = kind
    this.issues = issues
    this.detail = detail
  }

  /** An error of one issue, with the issue code that is usual for the kind unless one is given. */
  static of(kind: ErrorKind, diagnostics: string, more: { code?: string; expression?: string } = {}): FhirError {
    const issue: Issue = { severity: 'error', code: more.code ?? DEFAULT_CODES[kind], diagnostics }
    if (more.expression !== undefined) issue.expression = [more.expression]
    return new FhirError(kind, [issue])
  }
}

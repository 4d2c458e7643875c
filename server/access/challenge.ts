import type { FhirError } from '../../resources/fhir-error.ts'

/**
 * What WWW-Authenticate says of a refusal (RFC 6750, 3): no error code where no token was shown. `known` tells whether a
 * token was accepted, so that a refusal is for want of a scope.
 */
export function challengeOf({ kind, issues }: FhirError, known: boolean): string | undefined {
  if (kind === 'forbidden' && known) return 'Bearer realm="chartroom", error="insufficient_scope"'
  if (kind !== 'unauthenticated') return undefined
  const [issue] = issues
  if (!issue || issue.code === 'login') return 'Bearer realm="chartroom"'
  return `Bearer realm="chartroom", error="invalid_token", error_description="${plain(issue.diagnostics)}"`
}

/** RFC 6750, 3: what may stand in an error_description. */
function plain(words: string): string {
  return words.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, '?')
}

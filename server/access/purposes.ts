import type { IncomingHttpHeaders } from 'node:http'
import { BREAK_GLASS, isPurpose } from '../../auth/purposes.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { headerText } from '../http/header-text.ts'

/** Purposes that one request names at the most. */
const MOST = 5

/**
 * What a request says to be for, by its header `X-Purpose-Of-Use`: codes of v3-ActReason below PurposeOfUse, each once, in
 * alphabetical order; undefined without the header. Throws `invalid` for what is none.
 */
export function purposesOf({ 'x-purpose-of-use': header }: IncomingHttpHeaders): string[] | undefined {
  if (header === undefined) return undefined
  const named = [
    ...new Set(
      String(header)
        .split(',')
        .map((code) => code.trim()),
    ),
  ].sort()
  if (named.length > MOST || !named.every(isPurpose)) {
    const diagnostics = `X-Purpose-Of-Use takes codes of v3-ActReason that are purposes of use, with commas between them, ${MOST} at the most.`
    throw FhirError.of('invalid', diagnostics, { code: 'value' })
  }
  return named
}

/** Whether a request is to break the glass. */
export function breaksGlass(purposes: readonly string[] | undefined): boolean {
  return purposes?.includes(BREAK_GLASS) ?? false
}

/**
 * Why the glass is to be broken, by the header `X-Break-Glass-Reason`: UTF-8, which may be percent-encoded, for most clients
 * send nothing else in a header. Without it the text is empty.
 */
export function reasonOf({ 'x-break-glass-reason': header }: IncomingHttpHeaders): string {
  const text = headerText(header) ?? ''
  try {
    return decodeURIComponent(text).trim()
  } catch {
    return text.trim()
  }
}

import type { Conditions } from './call.ts'
import { parseEtags } from './etag.ts'

/** Conditions as HTTP headers or a Bundle entry's request say them; each a text as it came. */
export interface ConditionTexts {
  ifMatch?: string | undefined
  ifNoneMatch?: string | undefined
  /** An HTTP date, or an instant. */
  ifModifiedSince?: string | undefined
  /** A query string, with `?` in front or without. */
  ifNoneExist?: string | undefined
}

/** Reads the conditions of a request. A date that is none is no condition (RFC 9110, 13.1.3). */
export function parseConditions(texts: ConditionTexts): Conditions {
  const conditions: Conditions = {}
  const ifMatch = parseEtags(texts.ifMatch)
  const ifNoneMatch = parseEtags(texts.ifNoneMatch)
  const since = Date.parse(texts.ifModifiedSince ?? '')
  if (ifMatch) conditions.ifMatch = ifMatch
  if (ifNoneMatch) conditions.ifNoneMatch = ifNoneMatch
  if (!Number.isNaN(since)) conditions.ifModifiedSince = since
  if (texts.ifNoneExist !== undefined) conditions.ifNoneExist = texts.ifNoneExist.replace(/^\?/, '')
  return conditions
}

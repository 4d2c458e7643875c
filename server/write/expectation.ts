import { FhirError } from '../../resources/fhir-error.ts'
import type { Expectation } from '../../resources/store/port.ts'
import type { Conditions } from '../call.ts'
import type { Target } from './draft.ts'

/**
 * What If-Match, If-None-Match and the criteria demand of the resource at the moment of the commit; undefined when
 * nothing. `current` is the version that is live now, 0 for none: where If-Match lists several versions, or any, the
 * commit insists on that one. Throws `precondition-failed` where none can fit.
 */
export function expectationOf(
  { ifMatch, ifNoneMatch }: Conditions,
  { type, id, mustBeNew }: Target,
  current: number,
): Expectation | undefined {
  if (mustBeNew || ifNoneMatch?.includes('*')) return 'absent'
  if (current > 0 && ifNoneMatch?.includes(String(current))) {
    throw FhirError.of('precondition-failed', `${type}/${id} has version ${current}, which If-None-Match names.`)
  }
  if (!ifMatch) return undefined
  // Of any version, or several, another may have become current by the commit: then it is looked at anew.
  const onlyOne = ifMatch.length === 1 && ifMatch[0] !== '*'
  if (current > 0 && (ifMatch.includes('*') || ifMatch.includes(String(current))))
    return onlyOne ? { version: current } : { version: current, retry: true }
  const stands =
    current > 0 ? `has version ${current}, which If-Match does not name` : 'does not exist, and If-Match wants it to'
  throw FhirError.of('precondition-failed', `${type}/${id} ${stands}.`)
}

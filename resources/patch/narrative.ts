import { isObject, type JsonObject } from '../json/lossless.ts'
import { equalJson } from './equal.ts'

/** What a narrative does not speak of. */
const OUTSIDE = new Set(['text', 'meta', 'id'])

/**
 * The patched resource, without its narrative where that no longer fits (R4 http.html#patch: a patch may leave the
 * narrative out of step with the data, which is a risk for the patient). That is a narrative made from the data alone
 * (`generated`, `extensions`) that stayed as it was while the data changed; what an author wrote (`additional`) stays.
 */
export function dropStaleNarrative(before: JsonObject, after: JsonObject): JsonObject {
  const { text } = after
  if (!isObject(text) || (text.status !== 'generated' && text.status !== 'extensions')) return after
  if (before.text === undefined || !equalJson(before.text, text)) return after
  if (equalJson(dataOf(before), dataOf(after))) return after
  const { text: _stale, ...rest } = after
  return rest
}

function dataOf(resource: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(resource).filter(([name]) => !OUTSIDE.has(name)))
}

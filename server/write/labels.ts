import type { Access } from '../../auth/access.ts'
import { labelOf, rulesFor } from '../../auth/labels/rules.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { stamped } from '../../resources/json/stamp.ts'
import type { WriteChange } from '../../resources/store/port.ts'

/**
 * Throws `forbidden` where a change adds or removes a security label (`meta.security`) that the caller may not write. What
 * rules have put there (`byRule`) the caller did not.
 */
export function demandLabels(
  { labels }: Access,
  before: Buffer | undefined,
  { text, metaAt }: WriteChange,
  byRule = false,
): void {
  if (labels === 'all') return
  const old = labelsOf(before)
  const whole = text.includes(SECURITY) ? stamped(text, metaAt, 1, 0) : undefined
  const now = labelsOf(whole)
  const ruled = byRule && whole ? ruledLabels(whole) : new Set()
  const changed = [...old.symmetricDifference(now)].filter((label) => !ruled.has(label))
  if (changed.every((label) => labels.includes(label))) return
  throw FhirError.of('forbidden', 'This caller may not add or remove these security labels.', {
    expression: 'Resource.meta.security',
  })
}

/** Labels that rules put on a resource, as `system|code`. */
function ruledLabels(text: Buffer): Set<string> {
  const rules = [...rulesFor(JSON.parse(text.toString()))]
  return new Set(rules.map(labelOf).map(({ system, code }) => `${system}|${code}`))
}

const SECURITY = '"security":'

/** Labels as `system|code`. */
function labelsOf(text: Buffer | undefined): Set<string> {
  if (!text?.includes(SECURITY)) return new Set()
  const { meta } = JSON.parse(text.toString()) as { meta?: { security?: { system?: string; code?: string }[] } }
  return new Set((meta?.security ?? []).map(({ system = '', code = '' }) => `${system}|${code}`))
}

import type { Access } from '../../auth/access.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { stamped } from '../../resources/json/stamp.ts'
import type { WriteChange } from '../../resources/store/port.ts'

/** Throws `forbidden` where a change adds or removes a security label (`meta.security`) that the caller may not write. */
export function demandLabels({ labels }: Access, before: Buffer | undefined, { text, metaAt }: WriteChange): void {
  if (labels === 'all') return
  const old = labelsOf(before)
  const now = labelsOf(text.includes(SECURITY) ? stamped(text, metaAt, 1, 0) : undefined)
  const changed = [...old.symmetricDifference(now)]
  if (changed.every((label) => labels.includes(label))) return
  throw FhirError.of('forbidden', 'This caller may not add or remove these security labels.', {
    expression: 'Resource.meta.security',
  })
}

const SECURITY = '"security":'

/** Labels as `system|code`. */
function labelsOf(text: Buffer | undefined): Set<string> {
  if (!text?.includes(SECURITY)) return new Set()
  const { meta } = JSON.parse(text.toString()) as { meta?: { security?: { system?: string; code?: string }[] } }
  return new Set((meta?.security ?? []).map(({ system = '', code = '' }) => `${system}|${code}`))
}

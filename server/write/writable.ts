import type { Access } from '../../auth/access.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { isObject, type JsonObject, parseLossless } from '../../resources/json/lossless.ts'
import { stamped } from '../../resources/json/stamp.ts'
import { equalJson } from '../../resources/patch/equal.ts'
import { removeElement } from '../../resources/redact.ts'
import type { WriteChange } from '../../resources/store/port.ts'

/**
 * Throws `forbidden` where an update or patch changes anything but the elements of its type that the caller may change. The
 * narrative may go, for it may tell what is so no more.
 */
export function demandWritable({ writable }: Access, before: Buffer, { type, text, metaAt }: WriteChange): void {
  if (!Object.hasOwn(writable, type)) return
  const paths = writable[type]!
  const old = restOf(before, type, paths)
  const now = restOf(stamped(text, metaAt, 1, 0), type, paths)
  if (!('text' in now)) delete old.text
  if (equalJson(old, now)) return
  const words = `Of a ${type} this caller may change ${paths.length > 0 ? `${paths.join(', ')} alone` : 'nothing'}.`
  throw FhirError.of('forbidden', words)
}

/** A resource without what each version has its own of, and without some elements. */
function restOf(text: Buffer, type: string, paths: readonly string[]): JsonObject {
  const resource = parseLossless(text.toString()) as JsonObject
  const { meta } = resource
  if (isObject(meta)) {
    delete meta.versionId
    delete meta.lastUpdated
    if (Object.keys(meta).length === 0) delete resource.meta
  }
  for (const path of paths) removeElement(resource, type, path)
  return resource
}

import { type Access, mayAll } from '../../auth/access.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { IndexEntry, WriteChange } from '../../resources/store/port.ts'
import type { LiveVersion } from '../../search/searcher.ts'
import type { Services } from '../call.ts'
import { contentOf } from '../content.ts'
import { areLinked, attachedBinary } from '../linked-binaries.ts'
import { visible } from '../visible.ts'

/**
 * Throws `forbidden` where a DocumentReference leads to a Binary that the caller cannot read: it would be read by way of it,
 * if not with this token, then with another one. One that is not there is refused alike. `isOwn` tells of what the same unit
 * writes.
 */
export async function demandLinks(
  { type, entries }: WriteChange,
  before: LiveVersion | undefined,
  access: Access,
  services: Services,
  isOwn: (name: string) => boolean,
): Promise<void> {
  if (type !== 'DocumentReference' || hasAllBinaries(access)) return
  const old = before ? binariesOf(contentOf(before, services).entries, services.baseUrl) : new Set<string>()
  for (const id of binariesOf(entries, services.baseUrl)) {
    if (old.has(id) || isOwn(`Binary/${id}`) || (await visible('Binary', id, access, services))) continue
    throw FhirError.of('forbidden', 'The attachment leads to a Binary that this caller cannot read.')
  }
}

/** Whoever may write over every Binary, and reads none, sends what others read. */
function hasAllBinaries(access: Access): boolean {
  return mayAll(access, 'r', 'Binary') || (mayAll(access, 'u', 'Binary') && !areLinked(access))
}

function binariesOf(entries: readonly IndexEntry[], baseUrl: string): Set<string> {
  const ids = new Set<string>()
  for (const entry of entries) {
    if (entry[0] !== 'uri' || entry[1] !== 'location') continue
    const id = attachedBinary(entry[2], baseUrl)
    if (id !== undefined) ids.add(id)
  }
  return ids
}

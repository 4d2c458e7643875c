import type { Access, Permission } from '../auth/access.ts'
import { FhirError } from '../resources/fhir-error.ts'
import type { StoredVersion } from '../resources/store/port.ts'
import { APART } from '../search/apart.ts'
import { allowed } from '../search/judge.ts'
import { type LiveVersion, restrictionOf } from '../search/searcher.ts'
import type { Services } from './call.ts'
import { contentOf } from './content.ts'
import { areLinked, binaryIsLinked } from './linked-binaries.ts'

/**
 * The current version of a resource as far as a permission of the caller's holds for it: the one way to read by id. A
 * deletion is judged by the last content.
 */
export async function visible(
  type: string,
  id: string,
  access: Access,
  services: Services,
  permission: Permission = 'r',
): Promise<StoredVersion | undefined> {
  const { store, searcher } = services
  const restriction = access.may[permission]
  const narrowed = restrictionOf(restriction, type)
  if (APART.has(type)) return narrowed.kind === 'none' ? undefined : searcher.read({ type, id }, restriction)
  if (narrowed.kind === 'all') return store.read(type, id)
  if (permission === 'r' && type === 'Binary' && areLinked(access)) return linkedBinary(id, access, services)
  if (narrowed.kind === 'none') return undefined
  const live = await searcher.read({ type, id }, restriction)
  if (live) return live
  const last = await lastBefore(await store.read(type, id), services)
  if (!last) return undefined
  const [isSeen] = await allowed([contentOf(last.content, services)], restriction, { searcher })
  return isSeen ? last.deletion : undefined
}

async function linkedBinary(id: string, access: Access, services: Services): Promise<StoredVersion | undefined> {
  const current = await services.store.read('Binary', id)
  const content = current?.text ? (current as LiveVersion) : (await lastBefore(current, services))?.content
  const mayRead = async (name: { type: string; id: string }) =>
    (await visible(name.type, name.id, access, services))?.text !== undefined
  return content && (await binaryIsLinked(content, access, services, mayRead)) ? current : undefined
}

/** A deletion, and the last content before it. */
export async function lastBefore(
  version: StoredVersion | undefined,
  { store }: Pick<Services, 'store'>,
): Promise<{ deletion: StoredVersion; content: LiveVersion } | undefined> {
  if (!version || version.text) return undefined
  const before = await store.readVersion(version.type, version.id, version.version - 1)
  return before?.text ? { deletion: version, content: before as LiveVersion } : undefined
}

/** A version that was found, where it is none of a deletion; throws `not-found` where there is none, `gone` for a deletion. */
export function liveVersion(
  version: StoredVersion | undefined,
  { type, id }: { type?: string; id?: string },
): LiveVersion {
  if (!version) throw FhirError.of('not-found', `${type}/${id} is not known.`)
  if (!version.text) throw FhirError.of('gone', `${type}/${id} was deleted.`)
  return version as LiveVersion
}

import type { Access, Permission } from '../auth/access.ts'
import { FhirError } from '../resources/fhir-error.ts'
import type { StoredVersion } from '../resources/store/port.ts'
import { allOf } from '../search/expression.ts'
import { restrictionOf } from '../search/searcher.ts'
import type { Services } from './call.ts'

/**
 * The current version of a resource as far as the caller may see it: the one way to read by id. A deletion is seen by
 * those alone who may see everything of the type, for nothing is left of it to judge.
 */
export async function visible(
  type: string,
  id: string,
  { may }: Access,
  { store, searcher }: Services,
  permission: Permission = 'r',
): Promise<StoredVersion | undefined> {
  const restriction = may[permission]
  const narrowed = restrictionOf(restriction, type)
  if (narrowed.kind === 'all') return store.read(type, id)
  const where = allOf([{ kind: 'id', ids: [id] }, narrowed])
  const { found } = await searcher.find({ type, where, restriction }, 1)
  return (await searcher.versions(found))[0]
}

/** The text of a version that was found; throws `not-found` where there is none, `gone` for a deletion. */
export function liveText(version: StoredVersion | undefined, { type, id }: { type?: string; id?: string }): Buffer {
  if (!version) throw FhirError.of('not-found', `${type}/${id} is not known.`)
  if (!version.text) throw FhirError.of('gone', `${type}/${id} was deleted.`)
  return version.text
}

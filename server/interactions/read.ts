import { FhirError } from '../../resources/fhir-error.ts'
import type { StoredVersion } from '../../resources/store/port.ts'
import { subsetText } from '../../resources/subset.ts'
import type { Answer, Call, Conditions, Services } from '../call.ts'
import { subsetOf } from './subset.ts'

/** R4 http, read: the current version, or 304 where the client has it already. */
export async function read(call: Call, services: Services): Promise<Answer> {
  const subset = subsetOf(call.query)
  const version = await services.store.read(call.type!, call.id!)
  if (version && notModified(version, call.conditions)) return { kind: 'not-modified', version }
  const text = liveText(version, call)
  return { kind: 'ok', version: version!, text: subset ? subsetText(text, call.type!, subset) : text }
}

/** The text of a version that was found; throws `not-found` where there is none, `gone` for a deletion. */
export function liveText(version: StoredVersion | undefined, { type, id }: { type?: string; id?: string }): Buffer {
  if (!version) throw FhirError.of('not-found', `${type}/${id} is not known.`)
  if (!version.text) throw FhirError.of('gone', `${type}/${id} was deleted.`)
  return version.text
}

/** If-None-Match counts before If-Modified-Since, which knows only whole seconds (RFC 9110, 13.2.2). */
function notModified(version: StoredVersion, { ifNoneMatch, ifModifiedSince }: Conditions): boolean {
  if (!version.text) return false
  if (ifNoneMatch) return ifNoneMatch.includes('*') || ifNoneMatch.includes(String(version.version))
  return ifModifiedSince !== undefined && Math.floor(version.lastUpdated / 1000) * 1000 <= ifModifiedSince
}

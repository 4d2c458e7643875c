import { isRedactable, redactedWhole } from '../../auth/labels/redacted.ts'
import type { StoredVersion } from '../../resources/store/port.ts'
import type { Subset } from '../../resources/subset.ts'
import type { Answer, Conditions, Services, TracedCall } from '../call.ts'
import { shownText } from '../shown.ts'
import { liveVersion, visible } from '../visible.ts'
import { subsetOf } from './subset.ts'

/** R4 http, read: the current version, or 304 where the client has it already. */
export async function read(call: TracedCall, services: Services): Promise<Answer> {
  const subset = subsetOf(call.query)
  const version = await visible(call.type!, call.id!, call.access, services)
  const redacted = version ? undefined : await redactedVersion(call, services)
  if (redacted) return answered(redacted, call, subset)
  return answered(version, call, subset)
}

function answered(version: StoredVersion | undefined, call: TracedCall, subset: Subset | undefined): Answer {
  if (version && notModified(version, call.conditions)) {
    call.trace.shows(version)
    return { kind: 'not-modified', version }
  }
  const live = liveVersion(version, call)
  return { kind: 'ok', version: live, text: shownText(live, call, subset) }
}

/** What is hidden for a label that the caller may see redacted: what is left of it. Deletions stay hidden. */
async function redactedVersion(call: TracedCall, services: Services): Promise<StoredVersion | undefined> {
  const { access } = call
  const type = call.type!
  if (!access.redacted || !isRedactable(type)) return undefined
  const may = { ...access.may, r: access.redacted }
  const version = await visible(type, call.id!, { ...access, may }, services)
  return version?.text && { ...version, text: redactedWhole(version.text, type) }
}

/** If-None-Match counts before If-Modified-Since, which knows only whole seconds (RFC 9110, 13.2.2). */
function notModified(version: StoredVersion, { ifNoneMatch, ifModifiedSince }: Conditions): boolean {
  if (!version.text) return false
  if (ifNoneMatch) return ifNoneMatch.includes('*') || ifNoneMatch.includes(String(version.version))
  return ifModifiedSince !== undefined && Math.floor(version.lastUpdated / 1000) * 1000 <= ifModifiedSince
}

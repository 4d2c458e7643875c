import { insideText, typeInside } from '../../resources/contained.ts'
import type { Issue } from '../../resources/fhir-error.ts'
import type { Subset } from '../../resources/subset.ts'
import { isInside } from '../../search/contained.ts'
import type { Around, Found, LiveVersion } from '../../search/searcher.ts'
import { textsIn } from '../audit/joined.ts'
import type { Services } from '../call.ts'
import { outcomeOf } from '../outcome.ts'
import { isCut, listedText, type Viewer } from '../shown.ts'
import { entryText } from './bundle-text.ts'

/** Why an entry is in a searchset (R4 Bundle.entry.search.mode). */
export type Mode = 'match' | 'include'

/** What makes an entry of a searchset of a resource's text. */
export function aroundEntry(mode: Mode, baseUrl: string): Around {
  return {
    beforeName: `{"fullUrl":${JSON.stringify(`${baseUrl}/`).slice(0, -1)}`,
    behindName: `","search":{"mode":"${mode}"},"resource":`,
    behind: '}',
  }
}

/** The entry of a searchset that tells of the search itself; none without issues. */
export function outcomeEntries(issues: readonly Issue[]): Buffer[] {
  return issues.length > 0 ? [entryText({ search: { mode: 'outcome' } }, outcomeOf(issues))] : []
}

/** What was found as entries, each the whole resource or a part of it, as the caller is shown it. */
export async function resourceEntries(
  found: readonly Found[],
  mode: Mode,
  subset: Subset | undefined,
  viewer: Viewer,
  { searcher, baseUrl }: Pick<Services, 'searcher' | 'baseUrl'>,
): Promise<Buffer[]> {
  if (!subset && !isCut(viewer.access) && !found.some(isInside)) {
    const around = aroundEntry(mode, baseUrl)
    return [joinedEntries(await searcher.joined(found, around), found, around, viewer)]
  }
  const versions = await searcher.versions(found)
  return versions.map((version, at) => {
    const { type, name, text } = resourceOf(found[at]!, version)
    const members = { fullUrl: `${baseUrl}/${name}`, search: { mode } }
    return entryText(members, listedText({ type, text, version }, viewer, subset))
  })
}

/** Entries that the searcher joined to one text, as a caller is shown them from whom nothing is withheld. */
export function joinedEntries(text: Buffer, found: readonly Found[], around: Around, { trace }: Viewer): Buffer {
  for (const [type, one] of textsIn(text, found, around)) trace.lists(type, one)
  return text
}

/** What was found of a version: itself, or what it contains, under the name that follows the base URL. */
function resourceOf({ type: foundAs, id: foundId }: Found, { type, id, text }: LiveVersion) {
  const inside = typeInside(foundAs)
  if (inside === undefined) return { type, name: `${type}/${id}`, text }
  const own = insideText(text, inside, foundId)
  if (!own) throw new Error('a contained resource is not where its index entries say')
  return { type: inside, name: foundId, text: own }
}

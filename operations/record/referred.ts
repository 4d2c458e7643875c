import { Pace } from '../../resources/pace.ts'
import { findListed } from '../../search/listing.ts'
import type { Search, Searcher } from '../../search/searcher.ts'
import type { ReferenceScan, Referred } from './reference-scan.ts'

/** Resources that are read at a time. */
const STRETCH = 500

/** Gathers what all the resources of a listing refer to. */
export async function referredFrom(
  searches: readonly Search[],
  searcher: Searcher,
  scan: ReferenceScan,
): Promise<Referred> {
  const pace = new Pace()
  let after: string | undefined
  for (let more = true; more; ) {
    const page = await findListed(searches, searcher, STRETCH, after)
    for (const { text } of await searcher.versions(page.found)) scan.read(text)
    after = page.found.at(-1)?.position
    more = page.more
    if (pace.due) await pace.rest()
  }
  return scan.targets
}

/** Pages that are waited for at the most; then the one that was longest not asked for goes. */
const MOST = 256

/**
 * What the pages up to a place referred to, for the page that begins there. Without it that page has to gather anew from
 * the whole record: nothing is lost with it but time.
 */
export class PagesBefore {
  private readonly byPlace = new Map<string, Referred>()

  recall(place: string): Referred | undefined {
    const referred = this.byPlace.get(place)
    if (referred) this.remember(place, referred)
    return referred
  }

  remember(place: string, referred: Referred): void {
    this.byPlace.delete(place)
    if (this.byPlace.size >= MOST) this.byPlace.delete(this.byPlace.keys().next().value!)
    this.byPlace.set(place, referred)
  }
}

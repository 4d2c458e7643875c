import { FhirError } from '../resources/fhir-error.ts'
import { Pace } from '../resources/pace.ts'
import { PAGE_BYTES } from '../resources/store/port.ts'
import type { Around, Found, FoundPage, Search, Searcher } from './searcher.ts'

/**
 * A page of a listing of several types, one after the other as `searches` has them, each in its own order; no type is
 * among them twice. A position has the type and the place in it, so that the next page begins with that type.
 */
export async function findListed(
  searches: readonly Search[],
  searcher: Searcher,
  count: number,
  after?: string,
  around?: Around,
): Promise<FoundPage> {
  const [only] = searches
  if (only && searches.length === 1) {
    const page = await searcher.find(only, count, placeOf(searches, after).place, around)
    for (const one of page.found) one.position = `${only.type} ${one.position}`
    return page
  }
  const pace = new Pace()
  const found: Found[] = []
  let bytes = 0
  const start = placeOf(searches, after)
  let { at } = start
  for (; at < searches.length && found.length < count && bytes < PAGE_BYTES; at++) {
    const search = searches[at]!
    if (findsNothing(search)) continue
    const page = await searcher.find(search, count - found.length, at === start.at ? start.place : undefined)
    for (const one of page.found) one.position = `${search.type} ${one.position}`
    found.push(...page.found)
    bytes += page.bytes
    if (page.more) return { found, more: true, bytes }
    if (pace.due) await pace.rest()
  }
  return { found, more: await hasAny(searches.slice(at), searcher), bytes }
}

/** How many resources a listing has in all. */
export async function countListed(searches: readonly Search[], searcher: Searcher): Promise<number> {
  const pace = new Pace()
  let total = 0
  for (const search of searches) {
    if (!findsNothing(search)) total += await searcher.count(search)
    if (pace.due) await pace.rest()
  }
  return total
}

async function hasAny(searches: readonly Search[], searcher: Searcher): Promise<boolean> {
  const pace = new Pace()
  for (const search of searches) {
    if (!findsNothing(search) && (await searcher.ids(search, 1)).length > 0) return true
    if (pace.due) await pace.rest()
  }
  return false
}

/** Most of many types can often be left out without asking the store. */
function findsNothing({ where }: Search): boolean {
  return where.kind === 'none' || (where.kind === 'id' && where.ids.length === 0)
}

function placeOf(searches: readonly Search[], after: string | undefined): { at: number; place: string | undefined } {
  if (after === undefined) return { at: 0, place: undefined }
  const space = after.indexOf(' ')
  const at = searches.findIndex(({ type }) => type === after.slice(0, space))
  // The link was made for these very searches, yet by another version of this program perhaps.
  if (at < 0) throw FhirError.of('invalid', '_cursor does not belong to this search.', { code: 'value' })
  return { at, place: after.slice(space + 1) }
}

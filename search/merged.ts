import { Pace } from '../resources/pace.ts'
import { PAGE_BYTES } from '../resources/store/port.ts'
import type { Found, FoundPage, Search, Searcher } from './searcher.ts'
import type { Place, SortKey } from './sort.ts'

/** A place among all the types of a sorted listing. */
export interface MergedPlace {
  /** Which of the searches it belongs to. */
  at: number
  place: Place
}

interface Candidate extends MergedPlace {
  found: Found
}

/** Behind all ids; the empty text is in front of them. */
const HIGHEST = String.fromCodePoint(0x10ffff)

/**
 * A page of several sorted types as one: by their keys, those of one place in the order of the searches, then by id. Each
 * type gives a page of its own from the place on, of which the first ones are taken. Positions are those in their types.
 */
export async function findMerged(
  searches: readonly Search[],
  searcher: Searcher,
  count: number,
  from: MergedPlace | undefined,
  backward: boolean,
): Promise<FoundPage> {
  const pace = new Pace()
  const candidates: Candidate[] = []
  const ends = new Set<Found>()
  let more = false
  for (const [at, search] of searches.entries()) {
    const start = from && JSON.stringify(placeIn(at, from))
    const page = await searcher.find(search, count, start, { backward })
    candidates.push(...page.found.map((found) => ({ at, place: JSON.parse(found.position) as Place, found })))
    // Where a page ended early, what comes behind its last one is not known.
    const last = backward ? page.found[0] : page.found.at(-1)
    if (page.more && page.found.length < count && last) ends.add(last)
    more ||= page.more
    if (pace.due) await pace.rest()
  }
  const sort = searches[0]?.sort ?? []
  candidates.sort((one, other) => (backward ? -1 : 1) * comparePlaces(one, other, sort))
  const found = firstOf(candidates, count, ends)
  return { found: backward ? found.reverse() : found, more: more || found.length < candidates.length }
}

/** The place in one type at which a listing goes on: what has the same keys is in the order of the types. */
function placeIn(at: number, from: MergedPlace): Place {
  if (at === from.at) return from.place
  return [...from.place.slice(0, -1), at < from.at ? HIGHEST : ''] as unknown as Place
}

function firstOf(candidates: readonly Candidate[], count: number, ends: ReadonlySet<Found>): Found[] {
  const taken: Found[] = []
  let bytes = 0
  for (const { found } of candidates) {
    if (taken.length === count || bytes > PAGE_BYTES) break
    taken.push(found)
    bytes += found.bytes
    if (ends.has(found)) break
  }
  return taken
}

function comparePlaces(one: MergedPlace, other: MergedPlace, sort: readonly SortKey[]): number {
  for (const [at, { descending }] of sort.entries()) {
    const order = compareKeys(one.place[at] ?? null, other.place[at] ?? null, descending)
    if (order !== 0) return order
  }
  return one.at - other.at || compareTexts(String(one.place.at(-1)), String(other.place.at(-1)))
}

function compareKeys(one: string | number | null, other: string | number | null, descending: boolean): number {
  // Those without a value come last, either way.
  if (one === null || other === null) return Number(one === null) - Number(other === null)
  const order = typeof one === 'number' ? one - Number(other) : compareTexts(one, String(other))
  return descending ? -order : order
}

const SURROGATE = /[\ud800-\udfff]/

/** By code point, as the store sorts: UTF-16 would put surrogates in front of U+E000. */
function compareTexts(one: string, other: string): number {
  if (one === other) return 0
  if (!SURROGATE.test(one) && !SURROGATE.test(other)) return one < other ? -1 : 1
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

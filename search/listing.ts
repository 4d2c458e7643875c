import { FhirError } from '../resources/fhir-error.ts'
import { Pace } from '../resources/pace.ts'
import { PAGE_BYTES } from '../resources/store/port.ts'
import { findMerged } from './merged.ts'
import type { Found, FoundPage, Manner, Search, Searcher } from './searcher.ts'
import type { Place } from './sort.ts'

/**
 * A page of a listing of several types, no type being among them twice: sorted as one where they are sorted, else one type
 * after the other as `searches` has them. A position has the type and the place in it. See `Searcher.find` for the rest.
 */
export async function findListed(
  searches: readonly Search[],
  searcher: Searcher,
  count: number,
  from?: string,
  manner: Manner = {},
): Promise<FoundPage> {
  const start = placeOf(searches, from)
  const [only] = searches
  if (only && searches.length === 1) return named(await searcher.find(only, count, start.place, manner))
  const { backward = false } = manner
  if (!only?.sort) return findInTurn(searches, searcher, count, start, backward)
  const place = start.place === undefined ? undefined : { at: start.at, place: JSON.parse(start.place) as Place }
  return named(await findMerged(searches, searcher, count, place, backward))
}

/** Positions as those of a listing. */
function named(page: FoundPage): FoundPage {
  for (const one of page.found) one.position = `${one.type} ${one.position}`
  return page
}

async function findInTurn(
  searches: readonly Search[],
  searcher: Searcher,
  count: number,
  start: Start,
  backward: boolean,
): Promise<FoundPage> {
  const pace = new Pace()
  const found: Found[] = []
  let bytes = 0
  const step = backward ? -1 : 1
  let at = start.place === undefined && backward ? searches.length - 1 : start.at
  for (; searches[at] && found.length < count && bytes < PAGE_BYTES; at += step) {
    const search = searches[at]!
    if (findsNothing(search)) continue
    const place = at === start.at ? start.place : undefined
    const page = named(await searcher.find(search, count - found.length, place, { backward }))
    if (backward) found.unshift(...page.found)
    else found.push(...page.found)
    bytes += page.found.reduce((sum, one) => sum + one.bytes, 0)
    if (page.more) return { found, more: true }
    if (pace.due) await pace.rest()
  }
  const rest = backward ? searches.slice(0, Math.max(0, at + 1)) : searches.slice(at)
  return { found, more: await hasAny(rest, searcher) }
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

/** A type among those of a listing, and where in it. */
interface Start {
  at: number
  place: string | undefined
}

function placeOf(searches: readonly Search[], position: string | undefined): Start {
  if (position === undefined) return { at: 0, place: undefined }
  const space = position.indexOf(' ')
  const at = searches.findIndex(({ type }) => type === position.slice(0, space))
  // The link was made for these very searches, yet by another version of this program perhaps.
  if (at < 0) throw FhirError.of('invalid', '_cursor does not belong to this search.', { code: 'value' })
  return { at, place: position.slice(space + 1) }
}

import type { Range } from '../resources/dates.ts'
import { storableTypes } from '../resources/definitions/definitions.ts'
import { APART } from '../search/apart.ts'
import { parametersAsked } from '../search/asked.ts'
import { inCarePeriod, type Period } from '../search/care-dates.ts'
import { inCompartment, typesOfCompartment } from '../search/compartment.ts'
import { allOf, type Expression } from '../search/expression.ts'
import { refuseHidden, shownWays } from '../search/hidden.ts'
import { findListed } from '../search/listing.ts'
import type { Found, FoundPage, Search, Searcher } from '../search/searcher.ts'
import { defineOperation, type OperationContext } from './operation.ts'
import { ReferenceScan, type Referred } from './record/reference-scan.ts'
import { PagesBefore, referredFrom } from './record/referred.ts'

/** What the patient's record is cut to. */
interface Cut extends Period {
  since: Range | undefined
  types: readonly string[] | undefined
}

/**
 * R4 Patient $everything: the compartment of the patient, and what is referred to from there and never is in such a
 * compartment: practitioners, organizations, locations, medications, Binaries … Of types that can be in one, what is not
 * in this is another patient's, and stays out. What does not go on a page follows on the next.
 */
export const everything = defineOperation({
  code: 'everything',
  definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
  levels: ['instance'],
  resourceTypes: ['Patient'],
  affectsState: false,
  input: {
    start: { type: 'date', doc: 'care given from this day on' },
    end: { type: 'date', doc: 'care given up to this day' },
    _since: { type: 'date', doc: 'only what was written from this moment on' },
    _type: { type: 'types', doc: 'only resources of these types' },
    _count: { type: 'count', doc: 'resources of a page' },
  },
  async run(context, { start, end, _since, _type }) {
    const cut: Cut = { start, end, since: _since, types: _type }
    const { found: matches, more } = await recordPage(context, cut)
    const known = knownBefore(context, cut)
    if (known) await readAll(matches, context, known)
    if (more) return { matches, included: [], next: nextAfter(matches, context, cut, known) }
    const referred = known ?? (await referredFromAll(context, cut))
    const rest = await referredPage(context, cut, referred, context.count - matches.length)
    const last = [...matches, ...rest.found]
    return { matches, included: rest.found, next: rest.more ? nextAfter(last, context, cut, referred) : undefined }
  },
})

/** Who looked at a record is no part of it. */
const IN_RECORD: ReadonlySet<string> = new Set(typesOfCompartment('Patient').filter((type) => !APART.has(type)))

/** The patient comes first: who reads a record page by page wants to know whose it is. */
const RECORD_TYPES = [...new Set(['Patient', ...IN_RECORD])]

const OTHER_TYPES: ReadonlySet<string> = new Set(
  [...storableTypes].filter((type) => !IN_RECORD.has(type) && !APART.has(type)),
)

const pagesBefore = new WeakMap<Searcher, PagesBefore>()

async function recordPage(context: OperationContext, cut: Cut): Promise<FoundPage> {
  const { searcher, count, after } = context
  if (after !== undefined && !beginsInRecord(after)) return { found: [], more: false }
  const searches = recordSearches(context, cut).filter(({ type }) => isAsked(type, cut))
  return findListed(
    searches.map((search) => updatedSince(search, cut)),
    searcher,
    count,
    after,
  )
}

/** What the record refers to. */
async function referredPage(
  context: OperationContext,
  cut: Cut,
  referred: Referred,
  count: number,
): Promise<FoundPage> {
  const { searcher, access, after } = context
  const searches = [...OTHER_TYPES]
    .filter((type) => isAsked(type, cut))
    .map((type): Search => {
      const where: Expression = { kind: 'id', ids: [...(referred.get(type) ?? [])] }
      return updatedSince({ type, where, restriction: access.may.s }, cut)
    })
  return findListed(searches, searcher, count, after !== undefined && beginsInRecord(after) ? undefined : after)
}

/** Also what the caller does not want to see, by `_type` or `_since`, tells what he may. */
async function referredFromAll(context: OperationContext, cut: Cut): Promise<Referred> {
  const scan = scanFor(context, new Map())
  if (![...OTHER_TYPES].some((type) => isAsked(type, cut))) return scan.targets
  return referredFrom(recordSearches(context, cut), context.searcher, scan)
}

function scanFor({ baseUrl, access }: OperationContext, targets: Referred): ReferenceScan {
  return new ReferenceScan(OTHER_TYPES, baseUrl, targets, access.hidden)
}

/** What the pages before this one referred to, where it is known and where they have shown all of the record. */
function knownBefore(context: OperationContext, cut: Cut): Referred | undefined {
  const { after, searcher } = context
  if (after !== undefined) return pagesBefore.get(searcher)?.recall(placeOf(after, context, cut))
  return cut.types || cut.since ? undefined : new Map()
}

/** Position of the last of a page; what is known up to there is kept for the next. */
function nextAfter(found: readonly Found[], context: OperationContext, cut: Cut, known: Referred | undefined) {
  const next = found.at(-1)?.position
  if (next === undefined || !known) return next
  const { searcher } = context
  const pages = pagesBefore.get(searcher) ?? new PagesBefore()
  pagesBefore.set(searcher, pages)
  pages.remember(placeOf(next, context, cut), known)
  return next
}

function placeOf(position: string, { access, id }: OperationContext, cut: Cut): string {
  return JSON.stringify([access.caller, id, cut, position])
}

async function readAll(found: readonly Found[], context: OperationContext, known: Referred): Promise<void> {
  const scan = scanFor(context, known)
  for (const { text } of await context.searcher.versions(found)) scan.read(text)
}

function isAsked(type: string, { types }: Cut): boolean {
  return !types || types.includes(type)
}

function beginsInRecord(after: string): boolean {
  return IN_RECORD.has(after.split(' ', 1)[0]!)
}

function recordSearches({ type: of, id, access }: OperationContext, period: Period): Search[] {
  const searches = RECORD_TYPES.map((type) => {
    const ways = shownWays(type, inCompartment({ type: of, id }, type) ?? { kind: 'none' }, access.hidden)
    return { type, where: allOf([ways, inCarePeriod(type, period)]), restriction: access.may.s }
  })
  refuseHidden(parametersAsked(searches), access.hidden)
  return searches
}

function updatedSince(search: Search, { since }: Cut): Search {
  if (!since) return search
  return {
    ...search,
    where: allOf([search.where, { kind: 'lastUpdated', ranges: [{ start: since.start, end: undefined }] }]),
  }
}

import type { Range } from '../resources/dates.ts'
import { storableTypes } from '../resources/definitions/definitions.ts'
import { inCompartment, typesOfCompartment } from '../search/compartment.ts'
import { allOf, type Expression } from '../search/expression.ts'
import { findListed } from '../search/listing.ts'
import type { FoundPage, Search } from '../search/searcher.ts'
import { defineOperation, type OperationContext } from './operation.ts'
import { inCarePeriod, type Period } from './record/care-dates.ts'
import { referredFrom } from './record/referred.ts'

/** What the patient's record is cut to. */
interface Cut extends Period {
  since: Range | undefined
  asked(type: string): boolean
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
    const cut: Cut = { start, end, since: _since, asked: (type) => !_type || _type.includes(type) }
    const { found: matches, more } = await recordPage(context, cut)
    if (more) return { matches, included: [], next: matches.at(-1)?.position }
    const rest = await referredPage(context, cut, context.count - matches.length)
    const last = rest.found.at(-1) ?? matches.at(-1)
    return { matches, included: rest.found, next: rest.more ? last?.position : undefined }
  },
})

const IN_RECORD: ReadonlySet<string> = new Set(typesOfCompartment('Patient'))

/** The patient comes first: who reads a record page by page wants to know whose it is. */
const RECORD_TYPES = [...new Set(['Patient', ...IN_RECORD])]

const OTHER_TYPES = [...storableTypes].filter((type) => !IN_RECORD.has(type))

async function recordPage(context: OperationContext, cut: Cut): Promise<FoundPage> {
  const { searcher, count, after } = context
  if (after !== undefined && !beginsInRecord(after)) return { found: [], more: false }
  const searches = recordSearches(context, cut).filter(({ type }) => cut.asked(type))
  return findListed(
    searches.map((search) => updatedSince(search, cut)),
    searcher,
    count,
    after,
  )
}

/**
 * What the record refers to. It is gathered from all of the record for each page that has some of it: there is seldom
 * more than one, and nothing has to be remembered between pages.
 */
async function referredPage(context: OperationContext, cut: Cut, count: number): Promise<FoundPage> {
  const types = OTHER_TYPES.filter(cut.asked)
  if (types.length === 0) return { found: [], more: false }
  const { searcher, baseUrl, access, after } = context
  const referred = await referredFrom(recordSearches(context, cut), new Set(types), searcher, baseUrl)
  const searches = types.map((type): Search => {
    const where: Expression = { kind: 'id', ids: [...(referred.get(type) ?? [])] }
    return updatedSince({ type, where, restriction: access.restriction }, cut)
  })
  return findListed(searches, searcher, count, after !== undefined && beginsInRecord(after) ? undefined : after)
}

function beginsInRecord(after: string): boolean {
  return IN_RECORD.has(after.split(' ', 1)[0]!)
}

function recordSearches({ type: of, id, access }: OperationContext, period: Period): Search[] {
  return RECORD_TYPES.map((type) => {
    const where = allOf([inCompartment({ type: of, id }, type) ?? { kind: 'none' }, inCarePeriod(type, period)])
    return { type, where, restriction: access.restriction }
  })
}

function updatedSince(search: Search, { since }: Cut): Search {
  if (!since) return search
  return {
    ...search,
    where: allOf([search.where, { kind: 'lastUpdated', ranges: [{ start: since.start, end: undefined }] }]),
  }
}

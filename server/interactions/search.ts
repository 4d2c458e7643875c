import { beginningOf } from '../../resources/beginning.ts'
import { FhirError, type Issue } from '../../resources/fhir-error.ts'
import type { Subset } from '../../resources/subset.ts'
import { parametersAsked } from '../../search/asked.ts'
import { refuseHidden } from '../../search/hidden.ts'
import { included, MOST_INCLUDED } from '../../search/include.ts'
import { countListed, findListed } from '../../search/listing.ts'
import type { QueryPair } from '../../search/query.ts'
import type { FoundPage, Searcher } from '../../search/searcher.ts'
import { bundleText } from '../bundle/bundle-text.ts'
import { aroundEntry, joinedEntries, outcomeEntries, resourceEntries } from '../bundle/found-entries.ts'
import type { Answer, Call, Services, TracedCall } from '../call.ts'
import { demandComplete, incompleteIssues } from '../incomplete.ts'
import { PageLinks, pageCount } from '../paging.ts'
import { isCut } from '../shown.ts'
import { planOf, type SearchPlan } from './search-plan.ts'
import { subsetOf } from './subset.ts'

/** What the answer should look like, by the parameters that do not narrow it. */
interface Shape {
  count: number
  onlyCount: boolean
  total: 'none' | 'estimate' | 'accurate'
  subset: Subset | undefined
  /** The parameters as used, for the self link. */
  used: QueryPair[]
}

/** R4 http, search: of a type or of the whole system, either within a compartment or not. */
export async function search(call: TracedCall, services: Services): Promise<Answer> {
  const { linkKey, searcher } = services
  call.trace.count = 0
  const plan = await planOf(call, services)
  const outcome = issuesBefore(plan, call, services)
  const shape = shapeOf(call.query)
  const pages = new PageLinks(plan.url, [...plan.used, ...shape.used], call.access.caller, linkKey)
  const { from, backward } = placeOf(pages.start(call.query))
  const around = shape.subset || isCut(call.access) ? undefined : aroundEntry('match', services.baseUrl)
  const page = shape.onlyCount
    ? NOTHING
    : await findListed(plan.searches, searcher, shape.count, from, { backward, around })
  const { found, more } = page
  const complete = !shape.onlyCount && from === undefined && !more
  const counted =
    !complete && (shape.onlyCount || shape.total === 'accurate')
      ? await countListed(plan.searches, searcher)
      : undefined
  const total = complete ? found.length : counted
  const restriction = call.access.may.s
  const matches =
    page.text && around
      ? [joinedEntries(page.text, found, around, call)]
      : await resourceEntries(found, 'match', shape.subset, call, services)
  const linked = await included(found, plan.steps, restriction, searcher)
  if (linked.cut) outcome.push(CUT)
  if (call.explain) outcome.push(...(await explained(plan, searcher)))
  return {
    kind: 'ok',
    text: bundleText({
      type: 'searchset',
      ...(total === undefined ? {} : { total }),
      links: pages.links(call.query, ...neighbours(page, from, backward)),
      entries: [
        ...matches,
        ...(await resourceEntries(linked.found, 'include', shape.subset, call, services)),
        ...outcomeEntries(outcome),
      ],
    }),
  }
}

/** In a link to the page before, in front of the position. */
const BACKWARD = '<'

function placeOf(start: string | undefined): { from: string | undefined; backward: boolean } {
  const backward = start?.startsWith(BACKWARD) ?? false
  return { from: backward ? start?.slice(BACKWARD.length) : start, backward }
}

/** What the links to the pages beside one say. A page that was come to from another has that on its one side. */
function neighbours(
  { found, more }: FoundPage,
  from: string | undefined,
  backward: boolean,
): [next: string | undefined, previous: string | undefined] {
  const [first, last] = [found[0]?.position, found.at(-1)?.position]
  const [isBefore, isBehind] = backward ? [more, true] : [from !== undefined, more]
  return [isBehind ? last : undefined, isBefore && first !== undefined ? `${BACKWARD}${first}` : undefined]
}

/** What is to be told whatever is found. Throws where it is wrong and the caller wants to be told so. */
function issuesBefore(plan: SearchPlan, { strict, access }: Call, services: Services): Issue[] {
  const { searches, steps, notes, unknown } = plan
  const links = steps.flatMap((step) => step.links)
  const asked = parametersAsked(searches, links)
  refuseHidden(asked, access.hidden, services.parameters)
  if (strict && unknown.length > 0) throw new FhirError('invalid', unknownIssues(plan, 'error'))
  if (strict) demandComplete(asked, services)
  return [...unknownIssues(plan, 'warning'), ...notes, ...incompleteIssues(asked, services)]
}

/** How each search is made: the steps of its plan. */
async function explained({ searches }: SearchPlan, searcher: Searcher): Promise<Issue[]> {
  const steps = await Promise.all(searches.slice(0, MOST_EXPLAINED).map((one) => searcher.explain(one)))
  return steps.flat().map((diagnostics) => ({ severity: 'information', code: 'informational', diagnostics }))
}

const MOST_EXPLAINED = 5

const CUT: Issue = {
  severity: 'warning',
  code: 'incomplete',
  diagnostics: `More belongs to this page than the ${MOST_INCLUDED} resources that are included in one; ask for a smaller page.`,
}

const NOTHING: FoundPage = { found: [], more: false }

function shapeOf(query: readonly QueryPair[]): Shape {
  const given = (wanted: string) => query.findLast(([name, value]) => name === wanted && value !== '')?.[1]
  const total = given('_total') ?? 'none'
  if (total !== 'none' && total !== 'estimate' && total !== 'accurate') {
    throw FhirError.of('invalid', '_total takes none, estimate or accurate.', { code: 'value' })
  }
  const count = pageCount(query)
  const used: QueryPair[] = query.filter(([name, value]) => /^_(elements|summary|total)$/.test(name) && value !== '')
  if (given('_count') !== undefined) used.push(['_count', String(count)])
  const onlyCount = count === 0 || given('_summary') === 'count'
  return { count, onlyCount, total, subset: subsetOf(query, true), used }
}

function unknownIssues({ unknown, of }: SearchPlan, severity: Issue['severity']): Issue[] {
  return unknown.map((name) => ({
    severity,
    code: 'not-supported',
    diagnostics: `${beginningOf(name)} is not a search parameter of ${of}${severity === 'warning' ? '; it was ignored' : ''}.`,
  }))
}

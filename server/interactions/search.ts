import { beginningOf } from '../../resources/beginning.ts'
import { FhirError, type Issue } from '../../resources/fhir-error.ts'
import { type Subset, subsetText } from '../../resources/subset.ts'
import { type ParsedCriteria, parseCriteria } from '../../search/parse.ts'
import type { QueryPair } from '../../search/query.ts'
import type { Found, Search } from '../../search/searcher.ts'
import { bundleText, entryText } from '../bundle/bundle-text.ts'
import type { Answer, Call, Services } from '../call.ts'
import { outcomeOf } from '../outcome.ts'
import { PageLinks, pageCount } from '../paging.ts'
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

/** R4 http, search of a type. */
export async function searchType(call: Call, services: Services): Promise<Answer> {
  const type = call.type!
  const { baseUrl, linkKey } = services
  const criteria = parseCriteria(type, call.query, services)
  if (call.strict && criteria.unknown.length > 0) throw new FhirError('invalid', unknownIssues(type, criteria, 'error'))
  const shape = shapeOf(call.query)
  const search: Search = { type, where: criteria.expression, restriction: call.access.restriction }
  const pages = new PageLinks(`${baseUrl}/${type}`, [...criteria.used, ...shape.used], call.access.caller, linkKey)
  const after = pages.start(call.query)
  const { found, more } = shape.onlyCount ? NOTHING : await services.searcher.find(search, shape.count, after)
  const complete = !shape.onlyCount && after === undefined && !more
  const counted = shape.onlyCount || shape.total === 'accurate' ? await services.searcher.count(search) : undefined
  const entries = found.map((resource) => matchEntry(resource, baseUrl, shape.subset))
  const outcome = unknownIssues(type, criteria, 'warning')
  if (outcome.length > 0) entries.push(entryText({ search: { mode: 'outcome' } }, outcomeOf(outcome)))
  return {
    kind: 'ok',
    text: bundleText({
      type: 'searchset',
      ...(complete ? { total: found.length } : counted === undefined ? {} : { total: counted }),
      links: pages.links(call.query, more ? found.at(-1)?.position : undefined),
      entries,
    }),
  }
}

const NOTHING: { found: Found[]; more: boolean } = { found: [], more: false }

function matchEntry(resource: Found, baseUrl: string, subset: Subset | undefined): Buffer {
  const { type, id, text } = resource
  const members = { fullUrl: `${baseUrl}/${type}/${id}`, search: { mode: 'match' } }
  return entryText(members, subset ? subsetText(text, type, subset) : text)
}

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

function unknownIssues(type: string, { unknown }: ParsedCriteria, severity: Issue['severity']): Issue[] {
  return unknown.map((name) => ({
    severity,
    code: 'not-supported',
    diagnostics: `${beginningOf(name)} is not a search parameter of ${type}${severity === 'warning' ? '; it was ignored' : ''}.`,
  }))
}

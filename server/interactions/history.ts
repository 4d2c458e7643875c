import { beginningOf } from '../../resources/beginning.ts'
import { dateRange, instantOf } from '../../resources/dates.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { HistoryEntry, HistoryQuery, HistoryScope } from '../../resources/store/port.ts'
import type { Zone } from '../../resources/zone.ts'
import { APART } from '../../search/apart.ts'
import type { QueryPair } from '../../search/query.ts'
import type { LiveVersion } from '../../search/searcher.ts'
import { patientsOfDeleted } from '../audit/deletions.ts'
import { LogHistory } from '../audit-events/history.ts'
import { bundleText, entryText } from '../bundle/bundle-text.ts'
import type { Answer, Call, Services, TracedCall } from '../call.ts'
import { etagOf } from '../etag.ts'
import { PageLinks, pageCount } from '../paging.ts'
import { shownText } from '../shown.ts'
import { Sight } from '../sight.ts'
import { statusLine } from '../statuses.ts'
import { visible } from '../visible.ts'
import { countSeen, seenHistory, type Telling } from './seen-history.ts'

/** R4 http, history of an instance, a type or the whole system, newest first: as far as the caller may see it. */
export async function history(call: TracedCall, services: Services): Promise<Answer> {
  const { baseUrl, linkKey, zone } = services
  const { type, id, access } = call
  const scope: HistoryScope = { ...(type ? { type } : {}), ...(id ? { id } : {}) }
  if (id && !(await visible(type!, id, access, services))) {
    throw FhirError.of('not-found', `${type}/${id} is not known.`)
  }
  const used = usedQuery(call)
  const query = historyQuery(used, zone)
  const count = pageCount(call.query)
  const url = [baseUrl, type, id, '_history'].filter(Boolean).join('/')
  const pages = new PageLinks(url, used, access.caller, linkKey)
  const before = pages.start(call.query)
  const told = toldBy(scope, call, services)
  const page = await told.page(before === undefined ? query : { ...query, before }, count)
  const complete = before === undefined && page.next === undefined && count > 0
  // Counting a long history on every page would cost more than the page.
  const counted = count === 0 ? await told.count(query) : undefined
  const total = complete ? page.entries.length : counted
  const deleted = await patientsOfDeleted(page.entries, services)
  const entries = page.entries.map((entry) => {
    if (!entry.text) call.trace.shows(entry, deleted.get(entry))
    return historyEntry(entry, entry.text && shownText(entry as LiveVersion, call), baseUrl)
  })
  const links = pages.links(call.query, page.next)
  return {
    kind: 'ok',
    text: bundleText({ type: 'history', ...(total === undefined ? {} : { total }), links, entries }),
  }
}

/** What tells a history: the store or, of its events, the audit log. */
function toldBy(scope: HistoryScope, { type, access: { may }, access }: Call, services: Services): Telling {
  const permission = scope.id === undefined ? 's' : 'r'
  if (type !== undefined && APART.has(type)) return new LogHistory(services.searcher, scope, may[permission])
  const sight = new Sight(access, services, permission)
  return {
    page: (query, count) => seenHistory(services.store, scope, query, count, sight),
    count: (query) => countSeen(services.store, scope, query, sight),
  }
}

/** The parameters that were used, as the self link tells them. */
function usedQuery({ query, strict }: Call): QueryPair[] {
  const known = ['_since', '_at', '_count']
  const unknown = query.find(([name]) => ![...known, '_cursor', '_format', '_pretty'].includes(name))
  if (unknown && strict) {
    throw FhirError.of('invalid', `Not a parameter of history: ${beginningOf(unknown[0])}.`, { code: 'not-supported' })
  }
  return query
    .filter(([name, value]) => known.includes(name) && value !== '')
    .map(([name, value]) => [name, name === '_count' ? String(pageCount([[name, value]])) : value])
}

function historyQuery(used: QueryPair[], zone: Zone): HistoryQuery {
  const query: HistoryQuery = {}
  for (const [name, value] of used) {
    if (name === '_count') continue
    const range = dateRange(value, zone)
    if (!range) throw FhirError.of('invalid', `${name} takes a date or an instant.`, { code: 'value' })
    if (name === '_since') query.since = range.start
    else query.at = range
  }
  return query
}

function historyEntry(entry: HistoryEntry, text: Buffer | undefined, baseUrl: string): Buffer {
  const { type, id, method, version, lastUpdated } = entry
  const location = `${type}/${id}`
  return entryText(
    {
      fullUrl: `${baseUrl}/${location}`,
      request: { method, url: method === 'POST' ? type : location },
      response: { status: statusOf(entry), etag: etagOf(version), lastModified: instantOf(lastUpdated) },
    },
    text,
  )
}

function statusOf({ method, created }: HistoryEntry): string {
  if (method === 'DELETE') return statusLine('no-content')
  return statusLine(created ? 'created' : 'ok')
}

import { type EventPlace, eventId, placeOf } from '../../auth/audit/candidates.ts'
import { type EventQuery, eventsFound, type FoundEvent, type WalkPlace } from '../../auth/audit/event-walk.ts'
import { neededFor } from '../../auth/audit/needed.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { AuditLog } from '../../resources/store/audit.ts'
import { PAGE_BYTES } from '../../resources/store/port.ts'
import { allOf, type Expression } from '../../search/expression.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { allowed, isFar } from '../../search/judge.ts'
import {
  type Found,
  type FoundPage,
  type LiveVersion,
  type Manner,
  type Restriction,
  restrictionOf,
  type Search,
  type Searcher,
} from '../../search/searcher.ts'
import type { SortKey } from '../../search/sort.ts'
import { nearOnly } from './near.ts'
import type { LogPlace } from './place.ts'

/** An event that was found, as the resource that it is. */
export class HeldEvent {
  readonly version: LiveVersion
  private readonly event: object
  private readonly place: LogPlace

  constructor({ id, lastUpdated, event }: FoundEvent, place: LogPlace) {
    const text = Buffer.from(JSON.stringify(event))
    this.version = { type: 'AuditEvent', id, version: 1, lastUpdated, method: 'POST', text }
    this.event = event
    this.place = place
  }

  /** What it refers to on this server, by a search parameter. */
  references(param: string): [type: string, id: string][] {
    const { baseUrl, parameters, zone } = this.place
    const entries = indexEntries('AuditEvent', this.event, baseUrl, parameters, zone, new Set([param]))
    return entries.flatMap((entry) =>
      entry[0] === 'reference' && entry[1] === param ? [[entry[2], entry[3]] as [string, string]] : [],
    )
  }
}

/** Where a page of events begins. A listing from the oldest on ends with what was there when it began. */
interface Start {
  after?: EventPlace
  before?: number
}

/** Pages of AuditEvents: in the order of the log, the newest first where nothing else is asked for. */
export class EventPages {
  private readonly store: Searcher
  private readonly log: AuditLog
  private readonly place: LogPlace
  private readonly most: number

  constructor(store: Searcher, log: AuditLog, place: LogPlace, most: number) {
    this.store = store
    this.log = log
    this.place = place
    this.most = most
  }

  async find(search: Search, count: number, from?: string, { backward = false }: Manner = {}): Promise<FoundPage> {
    const newestFirst = isNewestFirst(search.sort)
    const start = startOf(from, newestFirst)
    const found: Found[] = []
    let [bytes, more] = [0, false]
    for await (const event of this.events(search, {
      ...start,
      descending: newestFirst !== backward,
      wanted: count + 1,
    })) {
      if (found.length === count || bytes > PAGE_BYTES) {
        more = true
        break
      }
      const held = new HeldEvent(event, this.place)
      const size = held.version.text.length
      bytes += size
      found.push({ type: 'AuditEvent', id: event.id, position: positionOf(event.place, start), bytes: size, held })
    }
    return { found: backward ? found.reverse() : found, more }
  }

  async count(search: Search): Promise<number> {
    let count = 0
    for await (const _ of this.events(search, { descending: true, wanted: MANY })) count++
    return count
  }

  async explain({ where, restriction }: Search): Promise<string[]> {
    const near = allOf([await this.near(where, restriction), restrictionOf(restriction, 'AuditEvent')])
    const { keys, ids } = neededFor(near)
    if (ids) return [`AuditEvent: ${ids.length} ids are looked up in the audit log`]
    if (keys.length === 0) return ['AuditEvent: the audit log is read in the order of time']
    return keys.map((list) => `AuditEvent: records of the audit log with one of ${list.length} keys`)
  }

  private async *events(search: Search, query: Omit<EventQuery, 'where'>): AsyncGenerator<FoundEvent> {
    const deadline = performance.now() + this.most
    const own = restrictionOf(search.restriction, 'AuditEvent')
    const where = await this.near(search.where, search.restriction)
    const judgedFar = isFar(own)
    const near = allOf(judgedFar ? [where] : [where, own])
    for await (const event of eventsFound({ ...query, where: near }, this.walkPlace(deadline))) {
      if (!judgedFar || (await this.isAllowed(event, search.restriction))) yield event
    }
  }

  private near(where: Expression, restriction: Restriction): Promise<Expression> | Expression {
    return isFar(where) ? nearOnly(where, restriction, { ...this.place, searcher: this.store }) : where
  }

  private async isAllowed(event: FoundEvent, restriction: Restriction): Promise<boolean> {
    const { baseUrl, parameters, zone } = this.place
    const entries = indexEntries('AuditEvent', event.event, baseUrl, parameters, zone)
    const [isAllowed] = await allowed([{ ...event, entries }], restriction, { searcher: this.store })
    return isAllowed === true
  }

  private walkPlace(deadline: number): WalkPlace {
    const { baseUrl, parameters, zone } = this.place
    return {
      log: this.log,
      base: baseUrl,
      deadline,
      entriesOf: (event, only) => indexEntries('AuditEvent', event, baseUrl, parameters, zone, only),
    }
  }
}

/** Records that are asked for first where all are wanted. */
const MANY = 500

/** The log has one order: that of time. */
function isNewestFirst(sort: readonly SortKey[] = []): boolean {
  const [first, ...more] = sort
  if (!first) return true
  const { by, descending } = first
  const isOfTime = by === 'lastUpdated' || (typeof by === 'object' && by.param === 'date')
  if (isOfTime && more.length === 0) return descending
  throw FhirError.of('invalid', 'AuditEvents are sorted by date alone, either way.', { code: 'not-supported' })
}

function startOf(from: string | undefined, newestFirst: boolean): Start {
  // Reading the log adds to it: without an end, its newest page would always be the one behind.
  if (from === undefined) return newestFirst ? {} : { before: Date.now() + 1 }
  const [place = '', before] = from.split(' ')
  const after = placeOf(place)
  if (!after) throw FhirError.of('invalid', '_cursor does not belong to this search.', { code: 'value' })
  return { after, ...(before === undefined ? {} : { before: Number(before) }) }
}

function positionOf(place: EventPlace, { before }: Start): string {
  return before === undefined ? eventId(place) : `${eventId(place)} ${before}`
}

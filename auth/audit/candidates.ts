import type { AuditLog, AuditQuery, AuditRecord } from '../../resources/store/audit.ts'
import { externalKey, lateKeys } from './external-keys.ts'
import type { Needed } from './needed.ts'
import { EVER, type Span, within } from './span.ts'

/** The order of a walk through the log, and where it begins. */
export interface Walk {
  descending: boolean
  /** The key of a record: it begins with this one itself. */
  start?: string
  /** Recorded before (ms since 1970), whatever the events say. */
  before?: number
  /** Of the records that are asked for first; later ones are asked for more at a time. */
  first: number
}

/** Records that are asked for at a time at the most. */
const MOST_AT_ONCE = 500

/** ms that AuditEvent.recorded of what others sent may differ from when it came, without being late. */
export const LATE = 5 * 60_000

/**
 * The records that have what is needed, in the order of the log: all of which an event may be wanted, each once, and few
 * others.
 */
export async function* candidates(log: AuditLog, needed: Needed, walk: Walk): AsyncGenerator<AuditRecord> {
  if (needed.ids) {
    yield* named(log, needed.ids, walk)
    return
  }
  if (walk.start !== undefined) {
    const record = await log.read(walk.start)
    if (record) yield record
  }
  yield* merged(
    queriesOf(needed, walk).map((query) => found(log, query, walk.first)),
    walk.descending,
  )
}

/** A record of the log is of its time; what others recorded may have come much later, or sooner, than it says. */
function queriesOf({ keys, updated, date }: Needed, { descending, start, before = EVER.to }: Walk): AuditQuery[] {
  const query = (lists: AuditQuery['keys'], { from, to }: Span): AuditQuery => ({
    keys: lists,
    descending,
    ...(from === EVER.from ? {} : { from }),
    ...(Math.min(to, before) === EVER.to ? {} : { to: Math.min(to, before) }),
    ...(start === undefined ? {} : { after: start }),
  })
  const said = within(updated, date)
  if (said.from === EVER.from && said.to === EVER.to) return [query(keys, EVER)]
  const near = { from: said.from - LATE, to: said.to + LATE }
  const late = [date, updated].map(lateKeys).toSorted((one, other) => one.length - other.length)
  return [query(keys, near), query([...keys, late[0]!], EVER)]
}

async function* found(log: AuditLog, query: AuditQuery, first: number): AsyncGenerator<AuditRecord> {
  if (query.from !== undefined && query.to !== undefined && query.from >= query.to) return
  if (query.keys.some((list) => list.length === 0)) return
  let [size, after] = [first, query.after]
  for (;;) {
    const records = await log.find(after === undefined ? query : { ...query, after }, size)
    yield* records
    const last = records.at(-1)
    if (!last) return
    after = last.key
    size = Math.min(size * 2, MOST_AT_ONCE)
  }
}

/** Several walks as one, what is in more than one of them once. */
async function* merged(walks: AsyncGenerator<AuditRecord>[], descending: boolean): AsyncGenerator<AuditRecord> {
  const [only] = walks
  if (only && walks.length === 1) {
    yield* only
    return
  }
  const heads = await Promise.all(walks.map(async (walk) => ({ walk, next: (await walk.next()).value })))
  for (;;) {
    const waiting = heads.flatMap(({ next }) => next ?? [])
    if (waiting.length === 0) return
    const first = waiting.reduce((one, other) => (isBefore(other.key, one.key, descending) ? other : one))
    for (const head of heads) if (head.next?.key === first.key) head.next = (await head.walk.next()).value
    yield first
  }
}

function isBefore(key: string, other: string, descending: boolean): boolean {
  return descending ? key > other : key < other
}

/** Ids that are looked up by key at a time. */
const IDS_AT_ONCE = 500

/** The records of events by their ids: those of the log's own are made of the record's key. */
async function* named(log: AuditLog, ids: readonly string[], { descending, start }: Walk): AsyncGenerator<AuditRecord> {
  const records = new Map<string, AuditRecord>()
  for (const key of new Set(ids.flatMap((id) => placeOf(id)?.key ?? []))) {
    const record = await log.read(key)
    if (record) records.set(record.key, record)
  }
  for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
    const keys = [ids.slice(at, at + IDS_AT_ONCE).map(externalKey)]
    for await (const record of found(log, { keys }, IDS_AT_ONCE)) records.set(record.key, record)
  }
  const inOrder = [...records.values()].sort((one, other) => (isBefore(one.key, other.key, descending) ? -1 : 1))
  for (const record of inOrder) if (start === undefined || !isBefore(record.key, start, descending)) yield record
}

/** Where an event of the log's own stands: its record's key, and which of its events it is. */
export interface EventPlace {
  key: string
  at: number
}

/** The id of an event of the log's own, and its place in a listing. */
export function eventId({ key, at }: EventPlace): string {
  return `${key}.${at}`
}

/** Reads an id of `eventId`; undefined for others. */
export function placeOf(id: string): EventPlace | undefined {
  const match = /^([A-Za-z0-9-]{1,40})\.(0|[1-9]\d{0,6})$/.exec(id)
  return match ? { key: match[1]!, at: Number(match[2]) } : undefined
}

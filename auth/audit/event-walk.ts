import { FhirError } from '../../resources/fhir-error.ts'
import { Pace } from '../../resources/pace.ts'
import type { AuditLog, AuditRecord } from '../../resources/store/audit.ts'
import type { IndexEntry } from '../../resources/store/port.ts'
import { parametersAsked } from '../../search/asked.ts'
import type { Expression } from '../../search/expression.ts'
import type { Content } from '../../search/judge.ts'
import { matches } from '../../search/matches.ts'
import { candidates, type EventPlace } from './candidates.ts'
import { neededFor } from './needed.ts'
import { type RecordEvent, recordEvents } from './record-events.ts'

/** An event that was found, and where it stands in the log. */
export interface FoundEvent extends Content {
  place: EventPlace
  event: object
}

/** What a walk works with. */
export interface WalkPlace {
  log: AuditLog
  /** The server's URL. */
  base: string
  /** Index entries of an event, those of the parameters named. */
  entriesOf(event: object, only: ReadonlySet<string>): IndexEntry[]
  /** `performance.now()` when the walk is too long. */
  deadline: number
}

/** Which events are wanted, in which order. */
export interface EventQuery {
  /** What they meet; it asks nothing of other resources. */
  where: Expression
  descending: boolean
  /** Behind this one, in the order asked for. */
  after?: EventPlace
  /** Recorded before (ms since 1970). */
  before?: number
  /** How many are wanted, about. */
  wanted: number
}

/** Records that are asked for first, at least. */
const FEWEST = 20

/**
 * The events of the log that meet what is asked, in the order of the log, each as FHIR has it. Throws `invalid` when it takes
 * longer than it may.
 */
export async function* eventsFound(query: EventQuery, place: WalkPlace): AsyncGenerator<FoundEvent> {
  const { where, descending, after, before, wanted } = query
  const only = new Set(
    parametersAsked([{ type: 'AuditEvent', where, restriction: EVERYTHING }]).map(({ code }) => code),
  )
  const pace = new Pace()
  const walk = {
    descending,
    first: Math.max(FEWEST, wanted),
    ...(after ? { start: after.key } : {}),
    ...(before === undefined ? {} : { before }),
  }
  for await (const record of candidates(place.log, neededFor(where), walk)) {
    for (const { at, id, lastUpdated, event } of inOrder(record, query, place)) {
      const found = { type: 'AuditEvent', id, lastUpdated, entries: place.entriesOf(event, only) }
      if (matches(where, found)) yield { ...found, place: { key: record.key, at }, event }
    }
    if (!pace.due) continue
    if (performance.now() > place.deadline) throw tooLong()
    await pace.rest()
  }
}

const EVERYTHING = { byType: {}, others: { kind: 'all' } } as const

/** The events of a record from where the walk begins. */
function* inOrder(
  record: AuditRecord,
  { where, descending, after }: EventQuery,
  { base }: WalkPlace,
): Generator<RecordEvent> {
  const events = recordEvents(record, where, base)
  const [first, last] = descending ? [events.length - 1, -1] : [0, events.length]
  const start = after?.key === record.key ? after.at + (descending ? -1 : 1) : first
  for (let at = start; descending ? at > last : at < last; at += descending ? -1 : 1) {
    const event = events.at(at)
    if (event) yield event
  }
}

function tooLong(): FhirError {
  return FhirError.of('invalid', 'The search takes too long; narrow it.', { code: 'too-costly' })
}

import type { AuditRecord } from '../../resources/store/audit.ts'
import type { Expression } from '../../search/expression.ts'
import { decodeRecord } from './codec.ts'
import type { RecordedDeed } from './deed.ts'
import { eventOf, facetsOf } from './events.ts'
import { eventOfExternal, lastUpdatedOf } from './external.ts'
import { isPossible } from './possible.ts'

/** One event of a record. */
export interface RecordEvent {
  /** Which of them it is, from 0 on. */
  at: number
  id: string
  /** ms since 1970 */
  lastUpdated: number
  event: object
}

/** The events of a record, each made when it is asked for. */
export interface RecordEvents {
  length: number
  /** undefined of one that is not meant. */
  at(at: number): RecordEvent | undefined
}

/** The events of a record of which one may meet an Expression. */
export function recordEvents(record: AuditRecord, where: Expression, base: string): RecordEvents {
  const deed = decodeRecord(record)
  return deed.kind === 'external' ? externalEvents(record) : ownEvents(deed, where, base)
}

function externalEvents(record: AuditRecord): RecordEvents {
  return {
    length: 1,
    at() {
      const event = eventOfExternal(record)
      return { at: 0, id: String(event.id), lastUpdated: lastUpdatedOf(event), event }
    },
  }
}

function ownEvents(deed: RecordedDeed, where: Expression, base: string): RecordEvents {
  const facets = facetsOf(deed)
  return {
    length: facets.length,
    at(at) {
      const facet = facets[at]
      if (!facet || !isPossible(where, deed, facet)) return undefined
      const event = eventOf(deed, facet, at, base)
      return { at, id: event.id, lastUpdated: deed.recorded, event }
    },
  }
}

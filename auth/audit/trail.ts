import type { AuditLog, AuditQuery } from '../../resources/store/audit.ts'
import { decodeRecord } from './codec.ts'
import type { Deed, DeedAction, DeedOutcome, RecordedDeed } from './deed.ts'
import {
  actionKey,
  agentKey,
  clientKey,
  codeKey,
  entityKey,
  outcomeKey,
  patientKey,
  purposeKey,
  requestKey,
} from './keys.ts'

/** Which deeds are asked for: of each list that is given, one must fit. An empty list finds nothing. */
export interface TrailQuery {
  /** Ids of Patients. */
  patients?: readonly string[]
  /** `agentName`s: `Practitioner/1`, `server`, `|subject` */
  agents?: readonly string[]
  clients?: readonly string[]
  /** `Type/id` */
  entities?: readonly string[]
  requests?: readonly string[]
  purposes?: readonly string[]
  /** Those of the deed or of one of its parts. */
  actions?: readonly DeedAction[]
  outcomes?: readonly DeedOutcome[]
  /** `Deed.code` */
  codes?: readonly string[]
  /** ms since 1970: recorded at or after, and before. */
  from?: number
  to?: number
  /** The latest first. */
  descending?: boolean
  /** Only records behind this key, in the order asked for. */
  after?: string
}

/** Records of one page that is asked of the log. */
const PAGE = 300

/** Asks the audit log for deeds. However many it gives, a page of them is in memory at a time. */
export class AuditTrail {
  private readonly log: AuditLog

  constructor(log: AuditLog) {
    this.log = log
  }

  /** undefined where there is no record of this key, or it was archived and dropped. */
  async read(key: string): Promise<RecordedDeed | undefined> {
    const record = await this.log.read(key)
    return record && decodeRecord(record)
  }

  /** All that fit, in the order of their keys, which is that of time; a deed of several records as often as it has records that fit. */
  async *deeds(query: TrailQuery): AsyncGenerator<RecordedDeed, void, undefined> {
    const { asked, meets } = planned(query)
    // What is found by time alone is filtered here: small pages would make many of nothing.
    const count = PAGE
    let after = query.after
    for (;;) {
      const records = await this.log.find({ ...asked, ...(after === undefined ? {} : { after }) }, count)
      for (const record of records) {
        const deed = decodeRecord(record)
        if (meets(deed)) yield deed
      }
      if (records.length < count) return
      after = records.at(-1)!.key
    }
  }
}

interface Planned {
  asked: AuditQuery
  meets(deed: Deed): boolean
}

/** What the log's index can tell is asked of it; the rest is looked for in what it gives. */
function planned(query: TrailQuery): Planned {
  const { from, to, descending } = query
  const keys: string[][] = []
  const filters: ((deed: Deed) => boolean)[] = []
  const add = <V extends string>(
    wanted: readonly V[] | undefined,
    keyOf: (value: V) => string | undefined,
    valuesOf: (deed: Deed) => readonly string[],
  ) => {
    if (!wanted) return
    const some = wanted.map(keyOf)
    if (some.every((key) => key !== undefined)) keys.push(some)
    else filters.push((deed) => valuesOf(deed).some((value) => wanted.includes(value as V)))
  }
  add(query.patients, patientKey, NEVER)
  add(query.agents, agentKey, NEVER)
  add(query.clients, clientKey, NEVER)
  add(query.requests, requestKey, NEVER)
  add(query.entities, entityKey, NEVER)
  add(query.purposes, purposeKey, ({ purposes = [] }) => purposes)
  add(query.actions, actionKey, ({ action, parts = [] }) => [action, ...parts.flatMap((part) => part.action ?? [])])
  add(query.outcomes, outcomeKey, ({ outcome }) => [outcome])
  add(query.codes, codeKey, ({ code }) => [code])
  return {
    asked: {
      keys,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(descending === undefined ? {} : { descending }),
    },
    meets: (deed) => filters.every((meets) => meets(deed)),
  }
}

const NEVER = () => []

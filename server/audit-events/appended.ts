import { externalEntry } from '../../auth/audit/external.ts'
import { externalKey } from '../../auth/audit/external-keys.ts'
import { type JsonObject, parseLossless } from '../../resources/json/lossless.ts'
import { stamped } from '../../resources/json/stamp.ts'
import type { AuditEntry } from '../../resources/store/audit.ts'
import type { Change, Outcome, Store, WriteChange } from '../../resources/store/port.ts'
import { APART } from '../../search/apart.ts'

/** What is written, without the AuditEvents among it: these go into the log. */
export interface SetApart {
  changes: Change[]
  events: WriteChange[]
  /** The records of the events, in their order. */
  records: AuditEntry[]
}

/** Sets AuditEvents apart from what goes into the store. Throws `too-large` for one that no record has room for. */
export function setApart(changes: readonly Change[]): SetApart {
  const events = changes.filter((change) => change.kind === 'write' && APART.has(change.type)) as WriteChange[]
  const now = Date.now()
  return {
    changes: events.length === 0 ? [...changes] : changes.filter((change) => !events.includes(change as WriteChange)),
    events,
    records: events.map((event) => externalEntry({ id: event.id, event: eventOf(event), entries: event.entries }, now)),
  }
}

/** As it was sent, with its id, and without the stamp that reading it makes. */
function eventOf({ text, metaAt }: WriteChange): JsonObject {
  const event = parseLossless(stamped(text, metaAt, 1, 0).toString()) as JsonObject
  const { versionId: _, lastUpdated: __, ...meta } = event.meta as JsonObject
  return { ...event, meta }
}

/** The outcomes of all changes in their order, where `outcomes` are those of the ones that went into the store. */
export async function outcomesOf(
  all: readonly Change[],
  { events }: SetApart,
  outcomes: readonly Outcome[],
  { audit }: Pick<Store, 'audit'>,
): Promise<Outcome[]> {
  if (events.length === 0) return [...outcomes]
  const rest = outcomes.values()
  return Promise.all(
    all.map(async (change) => {
      if (!events.includes(change as WriteChange)) return rest.next().value!
      const [record] = await audit.find({ keys: [[externalKey(change.id)]] }, 1)
      return { version: 1, lastUpdated: record?.recorded ?? Date.now(), created: true }
    }),
  )
}

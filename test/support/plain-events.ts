import assert from 'node:assert/strict'
import { decodeRecord } from '../../auth/audit/codec.ts'
import { eventsOf } from '../../auth/audit/events.ts'
import { eventOfExternal, externalEntry, lastUpdatedOf } from '../../auth/audit/external.ts'
import type { AuditEntry, AuditRecord } from '../../resources/store/audit.ts'
import { UTC } from '../../resources/zone.ts'
import type { Expression } from '../../search/expression.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { matches } from '../../search/matches.ts'
import { ParameterRegistry } from '../../search/parameters.ts'
import { parseCriteria } from '../../search/parse.ts'
import { parseQuery } from '../../search/query.ts'
import type { Searcher } from '../../search/searcher.ts'
import { BASE } from './server.ts'

/** What events are made with in these tests. */
export const place = { baseUrl: BASE, parameters: new ParameterRegistry(), zone: UTC }

/** Events as plain JavaScript makes and judges them, in the order of the log. */
export function plainly(records: readonly AuditRecord[], where: Expression): string[] {
  const ordered = [...records].sort((one, other) => (one.key < other.key ? -1 : 1))
  return ordered.flatMap((record) => {
    const deed = decodeRecord(record)
    const events =
      deed.kind === 'external'
        ? [eventOfExternal(record)]
        : eventsOf(deed, BASE).map((event) => ({ ...event }) as object)
    return events.flatMap((event) => {
      const id = String((event as { id: string }).id)
      const lastUpdated = lastUpdatedOf(event as never)
      const entries = indexEntries('AuditEvent', event, BASE, place.parameters)
      return matches(where, { id, lastUpdated, entries }) ? [id] : []
    })
  })
}

/** The record of an AuditEvent that somebody else recorded. */
export function externally(event: Record<string, unknown>, id: string, now: number): AuditEntry {
  const own = { ...event, id }
  return externalEntry(
    { id, event: own as never, entries: indexEntries('AuditEvent', own, BASE, place.parameters) },
    now,
  )
}

/** What a query asks of AuditEvents. */
export const whereOf = (query: string) => parseCriteria('AuditEvent', parseQuery(query), place).expression

/** All pages of a listing, one after the other. */
export async function listed(
  searcher: Searcher,
  where: Expression,
  seen: Expression,
  count: number,
  sort: 'newest' | 'oldest',
) {
  const restriction = { byType: { AuditEvent: seen }, others: { kind: 'none' } } as const
  const search = {
    type: 'AuditEvent',
    where,
    restriction,
    ...(sort === 'oldest' ? { sort: [{ by: 'lastUpdated' as const, descending: false }] } : {}),
  }
  const ids: string[] = []
  let from: string | undefined
  for (;;) {
    const page = await searcher.find(search, count, from)
    ids.push(...page.found.map(({ id }) => id))
    if (!page.more) return ids
    from = page.found.at(-1)!.position
    const before = await searcher.find(search, count, from, { backward: true })
    assert.deepEqual(
      before.found.map(({ id }) => id),
      ids.slice(0, -1).slice(-count),
    )
  }
}

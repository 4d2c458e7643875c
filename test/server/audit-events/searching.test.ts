import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { decodeRecord, encodeDeed } from '../../../auth/audit/codec.ts'
import { eventsOf } from '../../../auth/audit/events.ts'
import { eventOfExternal, externalEntry, lastUpdatedOf } from '../../../auth/audit/external.ts'
import type { AuditRecord } from '../../../resources/store/audit.ts'
import { UTC } from '../../../resources/zone.ts'
import type { Expression } from '../../../search/expression.ts'
import { indexEntries } from '../../../search/index-entries.ts'
import { matches } from '../../../search/matches.ts'
import { ParameterRegistry } from '../../../search/parameters.ts'
import { parseCriteria } from '../../../search/parse.ts'
import { parseQuery } from '../../../search/query.ts'
import type { Searcher } from '../../../search/searcher.ts'
import { SearcherWithLog } from '../../../server/audit-events/searcher.ts'
import { someCriteria, someDeed, someExternal } from '../../support/audit-deeds.ts'
import { MemoryAudit } from '../../support/memory-audit.ts'
import { BASE } from '../../support/server.ts'

const NOW = Date.UTC(2026, 10, 29, 1)
const place = { baseUrl: BASE, parameters: new ParameterRegistry(), zone: UTC }

/** Events as plain JavaScript makes and judges them, in the order of the log. */
function plainly(records: readonly AuditRecord[], where: Expression): string[] {
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

function externally(event: Record<string, unknown>, id: string, now: number) {
  const own = { ...event, id }
  return externalEntry(
    { id, event: own as never, entries: indexEntries('AuditEvent', own, BASE, place.parameters) },
    now,
  )
}

const whereOf = (query: string) => parseCriteria('AuditEvent', parseQuery(query), place).expression

/** All pages of a listing, one after the other. */
async function listed(
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

const NO_STORE = {} as Searcher

t.test('searches of the log find what plain JavaScript finds, page by page, either way', async () => {
  const criteria = someCriteria(NOW)
  await fc.assert(
    fc.asyncProperty(
      fc.array(someDeed, { minLength: 5, maxLength: 60 }),
      fc.array(someExternal(NOW), { maxLength: 6 }),
      fc.array(fc.uniqueArray(fc.constantFrom(...criteria), { minLength: 0, maxLength: 3 }), {
        minLength: 12,
        maxLength: 12,
      }),
      fc.constantFrom('', 'patient=Patient/p1', 'action=R', 'agent=Practitioner/u1', '_tag:missing=true'),
      fc.integer({ min: 1, max: 9 }),
      async (deeds, externals, queries, seen, count) => {
        const log = new MemoryAudit()
        for (const [at, deed] of deeds.entries()) {
          const external = at % 10 === 3 ? externals[(at - 3) / 10] : undefined
          if (external) log.append(externally(external, `ext-${at}`, NOW), NOW + deed.at)
          for (const entry of encodeDeed({ ...deed, at: NOW + deed.at })) log.append(entry, NOW + deed.at)
        }
        const searcher = new SearcherWithLog(NO_STORE, log, place, 60_000)
        const restriction = whereOf(seen)
        for (const query of queries) {
          const where = whereOf(query.join('&'))
          const wanted = plainly(log.records, { kind: 'and', parts: [where, restriction] })
          const words = `${query.join('&')} for ${seen}`
          assert.deepEqual(await listed(searcher, where, restriction, count, 'newest'), wanted.toReversed(), words)
        }
      },
    ),
    { numRuns: 60 },
  )
})

import assert from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { encodeDeed } from '../../../auth/audit/codec.ts'
import type { Searcher } from '../../../search/searcher.ts'
import { SearcherWithLog } from '../../../server/audit-events/searcher.ts'
import { someCriteria, someDeed, someExternal } from '../../support/audit-deeds.ts'
import { MemoryAudit } from '../../support/memory-audit.ts'
import { externally, listed, place, plainly, whereOf } from '../../support/plain-events.ts'

const NOW = Date.UTC(2026, 10, 29, 1)

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

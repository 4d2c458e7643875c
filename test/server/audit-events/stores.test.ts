import fc from 'fast-check'
import t from 'tap'
import { encodeDeed } from '../../../auth/audit/codec.ts'
import { SearcherWithLog } from '../../../server/audit-events/searcher.ts'
import { someCriteria, someDeed, someExternal } from '../../support/audit-deeds.ts'
import { externally, listed, place, plainly, whereOf } from '../../support/plain-events.ts'
import { openStore } from '../../support/stores.ts'

const DEEDS = 250
const QUERIES = 120
const SEED = 8

t.test('on a store the log is searched as plain JavaScript does it', async (t) => {
  const { store, searcher: ofStore } = await openStore(t)
  const now = Date.now()
  const deeds = fc.sample(someDeed, { numRuns: DEEDS, seed: SEED })
  const externals = fc.sample(someExternal(now), { numRuns: DEEDS / 10, seed: SEED })
  for (const [at, deed] of deeds.entries()) {
    const external = at % 10 === 3 ? [externally(externals[(at - 3) / 10]!, `ext-${at}`, now)] : []
    await store.commit({ changes: [], guards: [], audit: [...encodeDeed({ ...deed, at: now }), ...external] })
  }
  const records = await store.audit.find({ keys: [] }, 10_000)
  t.ok(records.length >= DEEDS)
  const searcher = new SearcherWithLog(ofStore, store.audit, place, 60_000)
  const queries = fc.uniqueArray(fc.constantFrom(...someCriteria(now)), { minLength: 1, maxLength: 3 })
  const restrictions = fc.constantFrom('', '', 'patient=Patient/p1', 'agent=Practitioner/u1', 'outcome:not=4')
  const asked = fc.sample(fc.tuple(queries, restrictions), { numRuns: QUERIES, seed: SEED })
  for (const [at, [query, seen]] of asked.entries()) {
    const [where, restriction] = [whereOf(query.join('&')), whereOf(seen)]
    const wanted = plainly(records, { kind: 'and', parts: [where, restriction] })
    const sort = at % 2 === 0 ? 'newest' : 'oldest'
    const found = await listed(searcher, where, restriction, 40, sort)
    t.strictSame(found, sort === 'newest' ? wanted.toReversed() : wanted, `${query.join('&')} for ${seen}, ${sort}`)
    const search = { type: 'AuditEvent', where, restriction: { byType: {}, others: restriction } }
    if (at % 10 === 0) t.equal(await searcher.count(search), wanted.length)
  }
})

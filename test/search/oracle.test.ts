import { deepStrictEqual, equal } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import type { SqliteSelection } from '../../resources/store/sqlite/selection.ts'
import type { Search, Searcher } from '../../search/searcher.ts'
import { answer, sorted } from '../support/oracle/answers.ts'
import { accepted, Bench } from '../support/oracle/bench.ts'
import { type Sought, sought } from '../support/oracle/searches.ts'
import { world } from '../support/oracle/world.ts'

/** Worlds in a run; with ORACLE_RUNS as many as one likes. */
const RUNS = Number(process.env.ORACLE_RUNS ?? 20)

/** Ids of all that is found, page by page. */
async function paged(searcher: Searcher, search: Search, count: number): Promise<string[]> {
  const ids: string[] = []
  let after: string | undefined
  for (;;) {
    const { found, more } = await searcher.find(search, count, after)
    ids.push(...found.map(({ id }) => id))
    if (!more) return ids
    equal(found.length, count, 'a page that others follow is full')
    after = found.at(-1)!.position
  }
}

/** Counts of what was tried, to show that the cases are no empty ones. */
const tried = { searches: 0, refused: 0, finding: 0 }

async function check(bench: Bench, asked: Sought): Promise<void> {
  const search = accepted(() => bench.search(asked))
  tried.searches++
  if (!search) {
    tried.refused++
    return
  }
  const found = answer(bench.facted, search.type, search.where, search.restriction)
  const wanted = found.map(({ id }) => id).sort()
  if (wanted.length > 0) tried.finding++
  const inOrder = sorted(found, search.sort!).map(({ id }) => id)
  for (const [plan, searcher] of bench.searchers) {
    deepStrictEqual((await paged(searcher, { ...search, sort: [] }, asked.count)).sort(), wanted, `${plan}: find`)
    if (search.sort!.length > 0) deepStrictEqual(await paged(searcher, search, asked.count), inOrder, `${plan}: sorted`)
    deepStrictEqual((await searcher.ids(search, 99)).sort(), wanted, `${plan}: ids`)
    equal(await searcher.count(search), wanted.length, `${plan}: count`)
  }
  const { sql, values } = bench.searchers[0]![1].selection(search) as SqliteSelection
  const selected = bench.store.database.prepare(sql).all(...values)
  deepStrictEqual(selected.map(({ id }) => id).sort(), wanted, 'selection')
}

t.test('what the store finds is what plain JavaScript finds, in its order, by every kind of plan', async (t) => {
  const bench = await Bench.open(t)
  const property = fc.asyncProperty(
    world,
    fc.array(sought, { minLength: 25, maxLength: 25 }),
    async (resources, searches) => {
      await bench.fill(resources)
      for (const search of searches) await check(bench, search)
    },
  )
  await fc.assert(property, {
    numRuns: RUNS,
    ...(process.env.ORACLE_SEED ? { seed: Number(process.env.ORACLE_SEED) } : {}),
  })
  t.comment(JSON.stringify(tried))
  t.ok(tried.finding > tried.searches / 10)
})

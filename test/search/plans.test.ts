import t from 'tap'
import { parseCriteria } from '../../search/parse.ts'
import type { Search, Searcher } from '../../search/searcher.ts'
import { parseSort } from '../../search/sort.ts'
import { SqliteSearcher } from '../../search/sqlite/searcher.ts'
import { EVERYTHING } from '../contract/store.ts'
import { BASE } from '../support/criteria.ts'
import { Bench } from '../support/oracle/bench.ts'
import { openSqlite } from '../support/stores.ts'

// Of the plans of SQLite alone.

/** Ids forward, page by page, and what pages backward from the last one give. */
async function bothWays(searcher: Searcher, search: Search, count: number) {
  const pages: { ids: string[]; first: string }[] = []
  let from: string | undefined
  for (let more = true; more; ) {
    const page = await searcher.find(search, count, from)
    pages.push({ ids: page.found.map(({ id }) => id), first: page.found[0]!.position })
    from = page.found.at(-1)!.position
    more = page.more
  }
  const back: string[] = []
  for (let before = pages.at(-1)!.first, more = true; more; ) {
    const page = await searcher.find(search, count, before, { backward: true })
    back.unshift(...page.found.map(({ id }) => id))
    before = page.found[0]?.position ?? before
    more = page.more
  }
  return { forward: pages.flatMap(({ ids }) => ids), back, last: pages.at(-1)!.ids }
}

function searchOf(type: string, name: string, value: string, sort = ''): Search {
  const where = parseCriteria(type, [[name, value]], { baseUrl: BASE }).expression
  return { type, where, restriction: EVERYTHING, sort: parseSort(type, sort) }
}

t.test('what is frequent among the first resources and rare behind them is found to the end', async (t) => {
  const stored = await openSqlite(t)
  const bench = new Bench(stored)
  const isAnn = (at: number) => (at < 50 ? at % 8 === 0 : at >= 150)
  const resources = Array.from({ length: 200 }, (_, at) => ({
    resourceType: 'Patient',
    id: `p${String(at).padStart(3, '0')}`,
    name: [{ family: isAnn(at) ? 'Ann' : 'Bo' }],
  }))
  await bench.fill(resources)
  const searcher = new SqliteSearcher(stored.store, 10_000, { few: 10, many: 4_000 })
  const { forward, back, last } = await bothWays(searcher, searchOf('Patient', 'family', 'ann'), 9)
  t.strictSame(
    forward,
    resources.filter((_, at) => isAnn(at)).map(({ id }) => id),
  )
  t.strictSame([...back, ...last], forward)
})

t.test('a walk over wide ranges and others goes backward as it goes forward', async (t) => {
  const stored = await openSqlite(t)
  const bench = new Bench(stored)
  const days = Array.from({ length: 12 }, (_, at) => `2015-02-${String(at + 10)}`)
  await bench.fill([
    ...days.map((effectiveDateTime, at) => ({ resourceType: 'Observation', id: `day-${at}`, effectiveDateTime })),
    ...['2014-11', '2014-12', '2015-01'].map((month) => ({
      resourceType: 'Observation',
      id: `wide-${month}`,
      effectivePeriod: { start: `${month}-01`, end: '2015-03-01' },
    })),
  ])
  const searcher = new SqliteSearcher(stored.store, 10_000, { few: 0, many: 0 })
  const wanted = ['wide-2014-11', 'wide-2014-12', 'wide-2015-01', ...days.map((_, at) => `day-${at}`)]
  const search = searchOf('Observation', 'date', 'gt2015-02-05', 'date')
  t.match(await searcher.explain(search), /walked/)
  const { forward, back, last } = await bothWays(searcher, search, 2)
  t.strictSame(forward, wanted)
  t.strictSame([...back, ...last], wanted)
})

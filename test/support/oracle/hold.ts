import { deepStrictEqual, equal } from 'node:assert'
import fc from 'fast-check'
import type { Test } from 'tap'
import type { Search, Searcher } from '../../../search/searcher.ts'
import { answer, sorted } from './answers.ts'
import { accepted, type Bench } from './bench.ts'
import { manner } from './runs.ts'
import type { Sought } from './searches.ts'
import { Seen } from './seen.ts'
import { world } from './world.ts'

const around = { beforeName: '{"of":"é/', behindName: '","text":', behind: '}' }

/** Ids of all that is found, page by page, and back again. */
async function paged(searcher: Searcher, search: Search, count: number): Promise<string[]> {
  const ids: string[] = []
  let after: string | undefined
  for (;;) {
    const { found, more, text } = await searcher.find(search, count, after, { around })
    if (text) equal(text.toString(), (await searcher.joined(found, around)).toString(), 'joined')
    if (!more && found[0]) deepStrictEqual(await pagedBack(searcher, search, count, found[0].position), ids, 'backward')
    ids.push(...found.map(({ id }) => id))
    if (!more) return ids
    equal(found.length, count, 'a page that others follow is full')
    after = found.at(-1)!.position
  }
}

/** Ids of what is found in front of a position. */
async function pagedBack(searcher: Searcher, search: Search, count: number, from: string): Promise<string[]> {
  const ids: string[] = []
  let before = from
  for (;;) {
    const { found, more } = await searcher.find(search, count, before, { backward: true })
    ids.unshift(...found.map(({ id }) => id))
    if (!more) return ids
    equal(found.length, count, 'a page that others precede is full')
    before = found[0]!.position
  }
}

/** Counts of what was tried, to show that the cases are no empty ones. */
const tried = { searches: 0, refused: 0, finding: 0 }

async function check(bench: Bench, asked: Sought): Promise<void> {
  const search = await accepted(() => bench.search(asked))
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
  const { searcher, selected } = bench.stored
  deepStrictEqual((await selected(searcher.selection(search))).sort(), wanted, 'selection')
}

/** Searches of which a good part is to find something. */
const ENOUGH = 200

/** Makes worlds, and searches in each of them: what the bench's searchers find is what plain JavaScript finds. */
export async function hold(
  t: Test,
  bench: Bench,
  searchesIn: (seen: Seen) => fc.Arbitrary<Sought>,
  usual: number,
  share = 1,
): Promise<void> {
  const cases = world.chain((resources) =>
    fc.tuple(fc.constant(resources), fc.array(searchesIn(new Seen(resources)), { minLength: 25, maxLength: 25 })),
  )
  const property = fc.asyncProperty(cases, async ([resources, searches]) => {
    await bench.fill(resources)
    for (const search of searches) await check(bench, search)
  })
  const before = { ...tried }
  await fc.assert(property, manner(usual, share))
  const [searches, finding] = [tried.searches - before.searches, tried.finding - before.finding]
  t.comment(`${searches} searches, of which ${finding} find something`)
  // A few worlds may be poor ones.
  t.ok(finding > (searches < ENOUGH ? 0 : searches / 6))
}

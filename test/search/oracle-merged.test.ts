import { deepStrictEqual, equal } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { findListed } from '../../search/listing.ts'
import { parametersOf } from '../../search/parameters.ts'
import type { Search, Searcher } from '../../search/searcher.ts'
import { parseSort } from '../../search/sort.ts'
import { answer, sortedTogether } from '../support/oracle/answers.ts'
import { accepted, Bench } from '../support/oracle/bench.ts'
import { manner } from '../support/oracle/runs.ts'
import { Seen } from '../support/oracle/seen.ts'
import { TYPE_NAMES, world } from '../support/oracle/world.ts'

const restriction = { byType: {}, others: { kind: 'all' } } as const

/** Types that are searched together, and keys that they all have. */
function listingIn(seen: Seen): fc.Arbitrary<{ types: string[]; sort: string; count: number }> {
  return fc.subarray(TYPE_NAMES, { minLength: 2 }).chain((types) => {
    const [first, ...others] = types.map((type) => new Set(parametersOf(type).keys()))
    const common = [...first!].filter((code) => others.every((codes) => codes.has(code)))
    const there = common.filter((code) => types.some((type) => seen.params(type).includes(code)))
    const key = fc.constantFrom('_id', '_lastUpdated', '_lastUpdated', ...common, ...there, ...there)
    const signed = fc.tuple(fc.constantFrom('', '-'), key).map(([sign, code]) => `${sign}${code}`)
    const sort = fc.array(signed, { minLength: 1, maxLength: 3 }).map((keys) => keys.join())
    return fc.record({ types: fc.constant(types), sort, count: fc.integer({ min: 1, max: 5 }) })
  })
}

const nameOf = ({ type, id }: { type: string; id: string }) => `${type}/${id}`

/** What is found page by page, forward to the end and back from there. */
async function paged(searches: Search[], searcher: Searcher, count: number): Promise<string[]> {
  const pages: { names: string[]; first: string | undefined }[] = []
  let from: string | undefined
  for (let more = true; more; ) {
    const page = await findListed(searches, searcher, count, from)
    pages.push({ names: page.found.map(nameOf), first: page.found[0]?.position })
    if (page.more) equal(page.found.length, count)
    from = page.found.at(-1)?.position
    more = page.more
  }
  for (const { names } of pages.slice(0, -1).reverse()) {
    const before = pages[pages.findIndex((page) => page.names === names) + 1]!.first!
    const { found, more } = await findListed(searches, searcher, count, before, { backward: true })
    deepStrictEqual(found.map(nameOf), names, 'backward')
    equal(more, names !== pages[0]!.names, 'whether others are in front')
  }
  return pages.flatMap(({ names }) => names)
}

const tried = { listings: 0, pages: 0 }

t.test('several types sorted as one, forward and backward, by every kind of plan', async (t) => {
  const bench = await Bench.open(t)
  const cases = world.chain((resources) =>
    fc.tuple(fc.constant(resources), fc.array(listingIn(new Seen(resources)), { minLength: 8, maxLength: 8 })),
  )
  const property = fc.asyncProperty(cases, async ([resources, listings]) => {
    await bench.fill(resources)
    for (const { types, sort, count } of listings) {
      const sorts = await accepted(async () => types.map((type) => parseSort(type, sort)))
      if (!sorts) continue
      const searches = types.map(
        (type, at): Search => ({ type, where: { kind: 'all' }, restriction, sort: sorts[at]! }),
      )
      const all = types.map(
        (type, at) => [type, answer(bench.facted, type, { kind: 'all' }, restriction), sorts[at]!] as const,
      )
      const wanted = sortedTogether(all).map(([type, { id }]) => nameOf({ type, id }))
      for (const [plan, searcher] of bench.searchers) {
        deepStrictEqual(await paged(searches, searcher, count), wanted, plan)
        tried.listings++
        tried.pages += Math.ceil(wanted.length / count)
      }
    }
  })
  await fc.assert(property, manner(12))
  t.comment(JSON.stringify(tried))
  t.ok(tried.pages > tried.listings * 2)
})

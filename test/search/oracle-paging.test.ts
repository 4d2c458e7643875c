import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import type { Search, Searcher } from '../../search/searcher.ts'
import { answer, sorted } from '../support/oracle/answers.ts'
import { accepted, Bench } from '../support/oracle/bench.ts'
import { manner } from '../support/oracle/runs.ts'
import { insideIn, type Sought, soughtIn } from '../support/oracle/searches.ts'
import { Seen } from '../support/oracle/seen.ts'
import { type Resource, resourceOf, world } from '../support/oracle/world.ts'

/** What is written or deleted behind a page. */
type Change = { kind: 'write'; resource: Resource } | { kind: 'delete'; resource: Resource }

/** A search, of all of a type every other time, and what happens meanwhile to resources of the type. */
function listingIn(seen: Seen): fc.Arbitrary<[Sought, Change[]]> {
  return fc
    .oneof({ weight: 3, arbitrary: soughtIn(seen) }, { weight: 1, arbitrary: insideIn(seen) })
    .filter(isOfItself)
    .chain((search) => {
      const changed = resourceOf(search.inside?.container ?? search.type)
      const change = fc.record({ kind: fc.constantFrom('write', 'write', 'delete'), resource: changed })
      const asked = fc.boolean().map((all) => ({
        ...search,
        count: Math.min(search.count, 2),
        ...(all ? { pairs: [] } : {}),
      }))
      return fc.tuple(asked, fc.array(change, { maxLength: 4, size: 'max' }))
    })
}

const tried = { listings: 0, changed: 0, pages: 0 }

/** Pages through a search and makes changes behind each page; ids as they came. */
async function pagedAmid(bench: Bench, searcher: Searcher, search: Search, count: number, changes: Change[]) {
  const ids: string[] = []
  const touched = new Set<string>()
  let after: string | undefined
  for (let page = 0; ; page++) {
    const { found, more } = await searcher.find(search, count, after)
    ids.push(...found.map(({ id }) => id))
    tried.pages++
    if (!more) return { ids, touched }
    after = found.at(-1)!.position
    const next = changes[page]
    if (!next) continue
    const { kind, resource } = next
    touched.add(`${resource.resourceType}/${resource.id}`)
    if (kind === 'write') await bench.write([resource])
    else await bench.remove(resource.resourceType, resource.id)
    tried.changed++
  }
}

/** Searches about a resource alone: one that asks others of a chain finds less when these change. */
function isOfItself({ pairs, sight }: Sought): boolean {
  return [...pairs, ...sight.kept.map(([, pair]) => pair)].every(([name]) => !/\.|^_has|^_list|^_filter/.test(name))
}

async function check(bench: Bench, asked: Sought, changes: Change[]): Promise<void> {
  const search = await accepted(() => bench.search(asked))
  if (!search) return
  for (const [, searcher] of bench.searchers) {
    tried.listings++
    const before = sorted(answer(bench.facted, search.type, search.where, search.restriction), search.sort!)
    const { ids, touched } = await pagedAmid(bench, searcher, search, asked.count, changes)
    // What is contained changes with its container, which its id begins with.
    const isUntouched = (id: string): boolean =>
      !touched.has(search.type.startsWith('#') ? id.slice(0, id.indexOf('#')) : `${search.type}/${id}`)
    const wanted: string[] = before.map(({ id }) => id).filter(isUntouched)
    const given = ids.filter(isUntouched)
    if (search.sort!.length > 0) deepStrictEqual(given, wanted)
    else deepStrictEqual(given.sort(), wanted.sort())
  }
}

t.test('what is not touched while pages are turned comes once, in its order', async (t) => {
  const bench = await Bench.open(t)
  const cases = world.chain((resources) =>
    fc.tuple(fc.constant(resources), fc.array(listingIn(new Seen(resources)), { minLength: 10, maxLength: 10 })),
  )
  const property = fc.asyncProperty(cases, async ([resources, listings]) => {
    await bench.fill(resources)
    for (const [asked, changes] of listings) await check(bench, asked, changes)
  })
  await fc.assert(property, manner(30))
  t.comment(JSON.stringify(tried))
  t.ok(tried.changed > tried.listings / 20)
})

import fc from 'fast-check'
import t from 'tap'
import type { Expression } from '../../search/expression.ts'
import { countListed, findListed } from '../../search/listing.ts'
import type { Found, Search, Searcher } from '../../search/searcher.ts'

const ALL: Expression = { kind: 'all' }
const restriction = { byType: {}, others: ALL }
const NOTHING: Expression[] = [{ kind: 'none' }, { kind: 'id', ids: [] }]

/** Finds `counts[type]` resources of a type, at the positions 0, 1, 2 … */
function searcherOf(counts: Record<string, number>): Searcher {
  const find: Searcher['find'] = async ({ type }, count, after) => {
    const start = after === undefined ? 0 : Number(after) + 1
    const rest = Array.from({ length: Math.max(0, (counts[type] ?? 0) - start) }, (_, at): Found => {
      const position = String(start + at)
      return { type, id: position, position, bytes: 2, held: undefined }
    })
    return { found: rest.slice(0, count), more: rest.length > count }
  }
  return {
    find,
    ids: async (search, count) => (await find(search, count)).found.map(({ id }) => id),
    count: async ({ type }) => counts[type] ?? 0,
    linked: async () => ({ found: [], more: false }),
    versions: async () => [],
    joined: async () => Buffer.alloc(0),
    containers: async () => [],
    explain: async () => [],
    read: async () => undefined,
    selection: () => ({ selection: 'sqlite' }),
  }
}

const listed = (types: string[], where: (type: string) => Expression = () => ALL): Search[] =>
  types.map((type) => ({ type, where: where(type), restriction }))

async function walk(searches: Search[], searcher: Searcher, count: number) {
  const pages: string[][] = []
  let after: string | undefined
  for (let more = true; more; ) {
    const page = await findListed(searches, searcher, count, after)
    pages.push(page.found.map(({ type, id }) => `${type} ${id}`))
    after = page.found.at(-1)?.position
    more = page.more
  }
  return pages
}

t.test('pages of any size are the whole in order, and none but an only one is empty', async (t) => {
  const types = ['A', 'B', 'C', 'D', 'E']
  const property = fc.asyncProperty(
    fc.array(fc.nat(4), { minLength: 5, maxLength: 5 }),
    fc.integer({ min: 1, max: 7 }),
    async (sizes, count) => {
      const searcher = searcherOf(Object.fromEntries(types.map((type, at) => [type, sizes[at]!])))
      const whole = types.flatMap((type, at) => Array.from({ length: sizes[at]! }, (_, id) => `${type} ${id}`))
      const pages = await walk(listed(types), searcher, count)
      t.strictSame(pages.flat(), whole)
      t.equal(pages.length, Math.max(1, Math.ceil(whole.length / count)))
      t.equal(await countListed(listed(types), searcher), whole.length)
    },
  )
  await fc.assert(property, { numRuns: 300 })
})

t.test('what finds nothing is not asked for, and its place is not that of the next', async (t) => {
  const searcher = searcherOf({ A: 3, B: 3, C: 3 })
  for (const nothing of NOTHING) {
    const searches = listed(['A', 'B', 'C'], (type) => (type === 'B' ? nothing : ALL))
    t.strictSame((await walk(searches, searcher, 2)).flat().length, 6)
    t.equal(await countListed(searches, searcher), 6)
    const { found } = await findListed(searches, searcher, 9, 'B 1')
    t.strictSame(
      found.map(({ position }) => position),
      ['C 0', 'C 1', 'C 2'],
    )
  }
})

t.test('a place in a type that is not listed', async (t) => {
  await t.rejects(findListed(listed(['A']), searcherOf({ A: 1 }), 1, 'B 1'), { message: 'invalid' })
})

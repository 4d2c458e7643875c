import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import type { Restriction } from '../../search/searcher.ts'
import { withTerminology } from '../../search/terminology/resolve.ts'
import { BASE } from '../support/criteria.ts'
import { accepted, Bench } from '../support/oracle/bench.ts'
import { POOL } from '../support/oracle/elements.ts'
import { codesOf, treeOf } from '../support/oracle/expansions.ts'
import { manner } from '../support/oracle/runs.ts'
import { escaped } from '../support/oracle/seen.ts'
import { NotJudged, Refused, View } from '../support/oracle/view.ts'
import { worldOf } from '../support/oracle/world.ts'

type Are = 'in' | 'below' | 'above'

const all = { kind: 'all' } as const
const SIGHTS: Restriction[] = [
  { byType: {}, others: all },
  { byType: {}, others: all },
  { byType: { ValueSet: { kind: 'id', ids: ['1', '3'] } }, others: all },
  { byType: { CodeSystem: { kind: 'id', ids: ['2'] } }, others: all },
]

const tried = { asked: 0, refused: 0, open: 0, empty: 0 }

/** What is meant; undefined where that is not for us to tell. */
function meant(look: () => ReadonlySet<string>): string[] | 'refused' | undefined {
  try {
    return [...look()].sort()
  } catch (error) {
    if (error instanceof Refused) return 'refused'
    if (error instanceof NotJudged) return undefined
    throw error
  }
}

async function check(bench: Bench, restriction: Restriction, are: Are, text: string, look: () => ReadonlySet<string>) {
  const place = { searcher: bench.stored.searcher, restriction, baseUrl: BASE }
  const codes = await accepted(() => withTerminology((terminology) => terminology.codes(are, text), place))
  const wanted = meant(look)
  tried.asked++
  if (wanted === undefined) tried.open++
  else {
    const given = codes?.map(({ system, code }) => `${system}|${code}`).sort() ?? 'refused'
    deepStrictEqual(given, wanted, `${are} ${text} ${JSON.stringify(restriction)}`)
    if (wanted === 'refused') tried.refused++
    else if (wanted.length === 0) tried.empty++
  }
}

/** All value sets there are, by all of their names, and all codes of both systems. */
async function checkAll(bench: Bench, restriction: Restriction): Promise<void> {
  const view = new View(bench.facted, restriction, (value) => value)
  const names = (bench.facted.get('ValueSet') ?? []).flatMap(({ id, resource: { url, version } }) => [
    `ValueSet/${id}`,
    ...(typeof url === 'string' && !url.includes('|') ? [url, `${url}|${version ?? 'none'}`] : []),
  ])
  for (const name of new Set(names.filter((name) => !/\|.*\|/.test(name)))) {
    await check(bench, restriction, 'in', name, () => codesOf(view, name))
  }
  for (const system of ['http://x', 'http://y', 'http://none']) {
    for (const code of system === 'http://none' ? ['a'] : POOL.codes) {
      const text = `${system}|${escaped(code)}`
      await check(bench, restriction, 'below', text, () => treeOf(view, 'below', system, code))
      await check(bench, restriction, 'above', text, () => treeOf(view, 'above', system, code))
    }
  }
}

t.test('value sets and hierarchies stand for the codes that R4 says', async (t) => {
  const bench = await Bench.open(t)
  const cases = fc.tuple(worldOf(['ValueSet', 'CodeSystem']), fc.constantFrom(...SIGHTS))
  const property = fc.asyncProperty(cases, async ([resources, restriction]) => {
    await bench.fill(resources)
    await checkAll(bench, restriction)
  })
  await fc.assert(property, manner(100))
  t.comment(JSON.stringify(tried))
  t.ok(tried.refused + tried.open + tried.empty < tried.asked / 2, 'more than half gives codes')
})

import { deepStrictEqual, equal } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import type { Restriction } from '../../search/searcher.ts'
import { answer } from '../support/oracle/answers.ts'
import { accepted, Bench } from '../support/oracle/bench.ts'
import type { Criterion } from '../support/oracle/meaning.ts'
import { manner } from '../support/oracle/runs.ts'
import { type Sight, sightOf } from '../support/oracle/searches.ts'
import { Seen } from '../support/oracle/seen.ts'
import { special } from '../support/oracle/special.ts'
import { NotJudged, Refused, View } from '../support/oracle/view.ts'
import { world } from '../support/oracle/world.ts'

/** Searches in each world; what fails is made as small as it gets with ORACLE_SHRINK alone. */
const SEARCHES = 40

interface Asked {
  type: string
  criteria: Criterion[]
  sight: Sight
}

function askedIn(seen: Seen): fc.Arbitrary<Asked> {
  const types = seen.typeNames.length > 0 ? seen.typeNames : ['Patient']
  return fc
    .constantFrom(...types)
    .chain((type) =>
      fc.record({
        type: fc.constant(type),
        criteria: fc.array(special(seen, type), { minLength: 1, maxLength: 2 }),
        sight: sightOf(seen),
      }),
    )
    .map((asked) => ({ ...asked, [fc.toStringMethod]: () => told(asked) }))
}

/** A search for people: what it means is a function, which tells them nothing. */
function told({ type, criteria, sight }: Asked): string {
  const { kept, others } = sight
  return `${type}?${criteria.map(({ pair }) => pair.join('=')).join('&')} seen: ${JSON.stringify({ kept, others })}`
}

const KINDS =
  '_filter near _text _content _list :in :not-in :below :above :of-type :identifier :text tokens :not :missing stored linked several'.split(
    ' ',
  )

/** What was tried, by kinds of criteria: all, refused, not judged, and those that found something but not all. */
const tried: Record<string, { all: number; refused: number; open: number; telling: number }> = {}

function count(criteria: Criterion[], what: 'all' | 'refused' | 'open' | 'telling'): void {
  const [only, ...others] = criteria
  const { kind, linked } = kindOf(only!.pair)
  for (const name of others.length > 0 ? ['several'] : linked ? [kind, 'linked'] : [kind]) {
    tried[name] ??= { all: 0, refused: 0, open: 0, telling: 0 }
    tried[name][what]++
  }
}

function kindOf([name]: Criterion['pair']): { kind: string; linked: boolean } {
  const last = name.startsWith('_has:') || name.includes('.') ? name.split(/\.|_has:\w+:[\w-]+:/).at(-1)! : name
  const [code = '', modifier] = last.split(':')
  const kind = code.startsWith('own-')
    ? 'stored'
    : modifier
      ? `:${modifier}`
      : /^_(?!tag|sec)|^near/.test(code)
        ? code
        : 'tokens'
  return { kind, linked: last !== name }
}

/** Ids by what was meant; `refused` where the server has to refuse it, undefined where that is not for us to tell. */
function meant(bench: Bench, { type, criteria }: Asked, restriction: Restriction) {
  try {
    const view = new View(bench.facted, restriction, (value) => bench.filled(value))
    const holds = criteria.map((one) => one.in(view))
    const found = view.of(type).filter((known) => holds.map((one) => one(known)).every(Boolean))
    return found.map(({ id }) => id).sort()
  } catch (error) {
    if (error instanceof Refused) return 'refused'
    if (error instanceof NotJudged) return undefined
    throw error
  }
}

async function check(bench: Bench, asked: Asked): Promise<void> {
  const { type, criteria, sight } = asked
  const restriction = await accepted(() => bench.restriction(sight))
  if (!restriction) return
  count(criteria, 'all')
  const pairs = criteria.map(({ pair }) => pair)
  const search = await accepted(() => bench.search({ type, pairs, sort: '', count: 1, sight }))
  const wanted = meant(bench, asked, restriction)
  if (wanted === undefined) return count(criteria, 'open')
  if (!search) {
    count(criteria, 'refused')
    // Values of others are made to be right; at the end of a chain one of its types may have another use for them.
    if (pairs.every(([name]) => !/_filter|own-|\./.test(name))) equal('refused', wanted, 'refused by the server')
    return
  }
  const found = answer(bench.facted, type, search.where, restriction).map(({ id }) => id)
  deepStrictEqual(found.sort(), wanted, 'by its Expression')
  for (const [plan, searcher] of bench.searchers) {
    deepStrictEqual((await searcher.ids(search, 99)).sort(), wanted, `${plan}: ids`)
    equal(await searcher.count(search), wanted.length, `${plan}: count`)
  }
  if (wanted.length > 0 && wanted.length < (bench.facted.get(type) ?? []).length) count(criteria, 'telling')
}

t.test('what is asked in ways of its own finds what it means, by every kind of plan', async (t) => {
  const bench = await Bench.open(t)
  const cases = world.chain((all) => {
    const seen = new Seen(all)
    return fc.tuple(fc.constant(all), fc.array(askedIn(seen), { minLength: SEARCHES, maxLength: SEARCHES }))
  })
  const property = fc.asyncProperty(cases, async ([all, searches]) => {
    await bench.fill(all)
    for (const one of searches) {
      await check(bench, one).catch((error) => {
        throw new Error(`${told(one)}: ${error.message}`, { cause: error })
      })
    }
  })
  await fc.assert(property, { ...manner(40), endOnFailure: process.env.ORACLE_SHRINK === undefined })
  for (const kind of KINDS) t.ok(tried[kind], kind)
  for (const [kind, counts] of Object.entries(tried)) {
    t.comment(`${kind}: ${JSON.stringify(counts)}`)
    // Of what is asked rarely a share says nothing.
    const asked = counts.all - counts.refused
    if (asked >= 60) t.ok(counts.telling > (asked >= 100 ? asked / 24 : 0), `${kind}: what is found tells something`)
  }
})

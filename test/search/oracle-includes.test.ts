import { deepStrictEqual, equal } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { insideName } from '../../resources/contained.ts'
import { insideSteps } from '../../search/contained.ts'
import { included, parseInclude } from '../../search/include.ts'
import { answer } from '../support/oracle/answers.ts'
import { accepted, Bench } from '../support/oracle/bench.ts'
import { type Include, include, includeName, includeValue, linkedBy, reached } from '../support/oracle/includes.ts'
import { manner } from '../support/oracle/runs.ts'
import { type Sight, sightOf } from '../support/oracle/searches.ts'
import { Seen } from '../support/oracle/seen.ts'
import { TYPE_NAMES, world } from '../support/oracle/world.ts'

interface Case {
  type: string
  count: number
  includes: Include[]
  sight: Sight
  /** From contained resources of the type, where there are any. */
  inside: boolean
}

function caseIn(seen: Seen): fc.Arbitrary<Case> {
  return fc.array(include, { minLength: 1, maxLength: 4, size: 'max' }).chain((includes) =>
    fc.record({
      type: fc.constantFrom(...includes.flatMap(startsOf)),
      count: fc.integer({ min: 1, max: 6 }),
      includes: fc.constant(includes),
      sight: sightOf(seen),
      inside: fc.boolean(),
    }),
  )
}

/** Types of which a search could have an include. */
function startsOf({ reverse, source, param, target }: Include): string[] {
  if (source === '*') return TYPE_NAMES
  if (!reverse) return [source]
  return target ? [target] : linkedBy(source, param)
}

const tried = { cases: 0, refused: 0, including: 0, inside: 0, most: 0 }

/** `*` alone stands for the parameters of the types that were searched for; with `:iterate` of those included too. */
function asMeant(type: string, one: Include): Include {
  return one.source === '*' && !one.reverse && !one.iterate ? { ...one, source: type, param: '*' } : one
}

async function check(bench: Bench, asked: Case): Promise<void> {
  tried.cases++
  const parsed = await accepted(async () => ({
    steps: asked.includes.map((one) => parseInclude([asked.type], includeName(one), includeValue(one))),
    restriction: await bench.restriction(asked.sight),
  }))
  if (!parsed) {
    tried.refused++
    return
  }
  const { steps, restriction } = parsed
  const type = asked.inside && bench.facted.get(insideName(asked.type))?.length ? insideName(asked.type) : asked.type
  const matched = answer(bench.facted, type, { kind: 'all' }, restriction).slice(0, asked.count)
  const from = matched.map(({ id }) => ({ type, id }))
  const names = from.map(({ type, id }) => `${type}/${id}`)
  const meant = asked.includes.map((one) => asMeant(asked.type, one))
  const wanted = reached(bench.facted, names, meant, restriction)
  const taken = type === asked.type ? steps : insideSteps(steps, [asked.type])
  const { found, cut } = await included(from, taken, restriction, bench.stored.searcher)
  deepStrictEqual(found.map(({ type, id }) => `${type}/${id}`).sort(), wanted)
  equal(cut, false)
  if (wanted.length > 0) tried.including++
  if (wanted.length > 0 && type !== asked.type) tried.inside++
  tried.most = Math.max(tried.most, wanted.length)
}

t.test('what is included is what plain JavaScript comes to by going on and on', async (t) => {
  const bench = await Bench.open(t)
  const worlds = world.chain((all) =>
    fc.tuple(fc.constant(all), fc.array(caseIn(new Seen(all)), { minLength: 20, maxLength: 20 })),
  )
  const property = fc.asyncProperty(worlds, async ([all, cases]) => {
    await bench.fill(all)
    for (const one of cases) await check(bench, one)
  })
  await fc.assert(property, manner(40))
  t.comment(JSON.stringify(tried))
  t.ok(tried.including > tried.cases / 10)
  t.ok(tried.inside > 0)
})

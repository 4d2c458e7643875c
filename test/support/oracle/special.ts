import fc from 'fast-check'
import { targetsOf } from '../../../search/include.ts'
import { coded, listed, missing, near, ofElements, tokens, twin, worded } from './criteria.ts'
import { filtered } from './filters.ts'
import { linkOf } from './links.ts'
import { type Criterion, chainMeaning, hasMeaning } from './meaning.ts'
import type { Seen, SeenLink } from './seen.ts'
import { parameterOf } from './view.ts'
import { TYPE_NAMES } from './world.ts'

/** What is asked in ways of its own, with what it means, for resources of a type. */
export function special(seen: Seen, type: string, steps = 2): fc.Arbitrary<Criterion> {
  const from = steps > 0 ? linkOf(seen, ([source]) => source === type) : undefined
  const to = steps > 0 ? linkOf(seen, ([, , target]) => target === type) : undefined
  const [elements, twins, some] = [ofElements(seen, type), twin(seen, type), tokens(seen, type)]
  return fc.oneof(
    { weight: 8, arbitrary: filtered(seen, type, steps) },
    { weight: 4, arbitrary: worded(seen, type) },
    { weight: 6, arbitrary: coded(seen, type) },
    { weight: seen.of(type, '_list').length > 0 ? 4 : 1, arbitrary: listed(seen, type) },
    { weight: 3, arbitrary: missing(seen, type) },
    ...(type === 'Location' ? [{ weight: 12, arbitrary: near() }] : []),
    ...(elements ? [{ weight: 4, arbitrary: elements }] : []),
    ...(some ? [{ weight: 4, arbitrary: some }] : []),
    ...(twins ? [{ weight: 4, arbitrary: twins }] : []),
    ...(from ? [{ weight: 3, arbitrary: chained(seen, from, steps) }] : []),
    ...(to ? [{ weight: 3, arbitrary: had(seen, to, steps) }] : []),
  )
}

function chained(seen: Seen, link: fc.Arbitrary<SeenLink>, steps: number): fc.Arbitrary<Criterion> {
  return link.chain(([source, code, target]) =>
    fc.tuple(special(seen, target, steps - 1), fc.boolean()).map(([far, typed]): Criterion => {
      const targets = typed ? [target] : targetsOf(parameterOf(source, code)!).filter((one) => TYPE_NAMES.includes(one))
      const [name, value] = far.pair
      return {
        pair: [`${code}${typed ? `:${target}` : ''}.${name}`, value],
        knows: (type) => parameterOf(type, code) !== undefined,
        in: chainMeaning(code, targets, far),
      }
    }),
  )
}

function had(seen: Seen, link: fc.Arbitrary<SeenLink>, steps: number): fc.Arbitrary<Criterion> {
  return link.chain(([source, code]) =>
    special(seen, source, steps - 1).map((far): Criterion => {
      const [name, value] = far.pair
      return {
        pair: [`_has:${source}:${code}:${name}`, value],
        knows: (type) => targetsOf(parameterOf(source, code)!).includes(type),
        in: hasMeaning(source, code, far),
      }
    }),
  )
}

import fc from 'fast-check'
import type { Containment } from '../../../search/contained.ts'
import { parametersOf } from '../../../search/parameters.ts'
import { linkOf } from './links.ts'
import { builtIn, FREQUENT, type Pair, plain } from './plain.ts'
import { REGISTRY } from './registry.ts'
import type { Seen, SeenLink } from './seen.ts'
import { special } from './special.ts'
import { valuesOf } from './values.ts'
import { TYPE_NAMES } from './world.ts'

const some = <T>(values: readonly T[]) => fc.constantFrom(...values)

function chain(seen: Seen, link: fc.Arbitrary<SeenLink>, steps: number): fc.Arbitrary<Pair> {
  return link.chain(([, code, target]) =>
    fc
      .tuple(criterion(seen, target, steps - 1), fc.boolean())
      .map(([[name, value], typed]): Pair => [`${code}${typed ? `:${target}` : ''}.${name}`, value]),
  )
}

function has(seen: Seen, link: fc.Arbitrary<SeenLink>, steps: number): fc.Arbitrary<Pair> {
  return link.chain(([source, code]) =>
    criterion(seen, source, steps - 1).map(([name, value]): Pair => [`_has:${source}:${code}:${name}`, value]),
  )
}

/** A criterion for resources of a type, with links to others in it as far as `steps` goes. */
export function criterion(seen: Seen, type: string, steps = 3): fc.Arbitrary<Pair> {
  const from = steps > 0 ? linkOf(seen, ([source]) => source === type) : undefined
  const to = steps > 0 ? linkOf(seen, ([, , target]) => target === type) : undefined
  return fc.oneof(
    { weight: 6, arbitrary: plain(seen, type) },
    { weight: 1, arbitrary: builtIn },
    { weight: 2, arbitrary: special(seen, type, steps).map(({ pair }) => pair) },
    ...(from ? [{ weight: 2, arbitrary: chain(seen, from, steps) }] : []),
    ...(to ? [{ weight: 2, arbitrary: has(seen, to, steps) }] : []),
  )
}

const sortKeys = new Map(
  TYPE_NAMES.map((type) => {
    const sortable = [...parametersOf(type, REGISTRY).values()].filter(
      (parameter) => parameter.type !== 'composite' && parameter.type !== 'special',
    )
    const codes = sortable.map(({ code }) => code)
    return [type, ['_id', '_lastUpdated', ...codes.filter((code) => FREQUENT.test(code)), ...codes]]
  }),
)

/** By what is asked for, every other time: a walk of its index begins and ends by it. */
function sortOf(type: string, pairs: readonly Pair[]): fc.Arbitrary<string> {
  const keys = sortKeys.get(type)!
  const asked = pairs.map(([name]) => name.split(':')[0]!).filter((code) => keys.includes(code))
  const code = fc.oneof(some(keys), some(asked.length > 0 ? asked : keys))
  const key = fc.tuple(some(['', '-']), code).map((parts) => parts.join(''))
  return fc.array(key, { maxLength: 3 }).map((keys) => keys.join())
}

/** What a caller may see: types and the criteria that they are kept to, and whether all others are seen. */
export interface Sight {
  kept: [type: string, criterion: Pair][]
  others: boolean
}

const everything: Sight = { kept: [], others: true }

export function sightOf(seen: Seen): fc.Arbitrary<Sight> {
  const kept = some(TYPE_NAMES).chain((type) => fc.tuple(fc.constant(type), criterion(seen, type, 1)))
  const narrow = fc.record({
    kept: fc.array(kept, { minLength: 1, maxLength: 6, size: 'max' }),
    others: some([true, true, true, false]),
  })
  return fc.oneof({ weight: 2, arbitrary: fc.constant(everything) }, { weight: 1, arbitrary: narrow })
}

/** A search as sent, with what its caller may see and how large its pages are. */
export interface Sought {
  type: string
  pairs: Pair[]
  sort: string
  count: number
  sight: Sight
  /** That contained resources of the type are asked for, those in one type of container. */
  inside?: Containment & { container: string }
}

/** A search of what is in a world, mostly. */
export function soughtIn(seen: Seen): fc.Arbitrary<Sought> {
  const types = seen.typeNames.length > 0 ? seen.typeNames : TYPE_NAMES
  return fc.oneof({ weight: 9, arbitrary: some(types) }, { weight: 1, arbitrary: some(TYPE_NAMES) }).chain((type) => {
    const one = criterion(seen, type)
    const pairs = fc.oneof(
      { weight: 1, arbitrary: fc.constant<Pair[]>([]) },
      { weight: 6, arbitrary: fc.tuple(one) },
      { weight: 3, arbitrary: fc.array(one, { minLength: 2, maxLength: 3 }) },
    )
    return pairs.chain((asked) =>
      fc.record({
        type: fc.constant(type),
        pairs: fc.constant(asked),
        sort: sortOf(type, asked),
        count: fc.integer({ min: 1, max: 5 }),
        sight: sightOf(seen),
      }),
    )
  })
}

/** A search for contained resources, or for what contains them. */
export function insideIn(seen: Seen): fc.Arbitrary<Sought> {
  const containers = seen.containers.length > 0 ? seen.containers : [['Patient', 'Observation'] as const]
  return some(containers).chain(([container, type]) => {
    const pairs = fc.array(criterion(seen.inside, type, 1), { maxLength: 2 })
    const ofContainer = fc.record({
      kept: fc.tuple(criterion(seen, container, 1).map((one): [string, Pair] => [container, one])),
      others: fc.boolean(),
    })
    const containment = fc.record({ both: fc.boolean(), gives: some(['container', 'contained'] as const) })
    return fc.tuple(pairs, containment).chain(([asked, { both, gives }]) =>
      fc.record({
        type: fc.constant(type),
        pairs: fc.constant(asked),
        sort: sortOf(gives === 'container' ? container : type, gives === 'container' ? [] : asked),
        count: fc.integer({ min: 1, max: 3 }),
        sight: fc.oneof(sightOf(seen), ofContainer),
        inside: fc.constant({ both, gives, container }),
      }),
    )
  })
}

/** Parameters whose index is walked from and to where a criterion of the same parameter says. */
const WALKED = [
  ['Encounter', 'date'],
  ['Observation', 'date'],
  ['Condition', 'onset-date'],
  ['Condition', 'onset-age'],
  ['Patient', 'birthdate'],
] as const

/** A search for ranges that is sorted by them, other criteria beside it now and then. */
export function rangedIn(seen: Seen): fc.Arbitrary<Sought> {
  return some(WALKED).chain(([type, code]) => {
    const value = valuesOf(seen, type, parametersOf(type, REGISTRY).get(code)!, '')
    const bounds = fc.array(value, { minLength: 1, maxLength: 2 })
    const others = fc.array(criterion(seen, type), { maxLength: 1 })
    const pairs = fc.tuple(bounds, others).map(([all, more]) => [...all.map((one): Pair => [code, one]), ...more])
    const sort = fc
      .tuple(some(['', '-']), sortOf(type, []))
      .map(([way, rest]) => [way + code, rest].filter((key) => key !== '').join())
    const count = fc.integer({ min: 1, max: 5 })
    return fc.record({ type: fc.constant(type), pairs, sort, count, sight: fc.constant(everything) })
  })
}

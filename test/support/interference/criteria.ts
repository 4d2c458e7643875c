import fc from 'fast-check'
import { parametersOf } from '../../../search/parameters.ts'
import { builtIn, FREQUENT, type Pair, plain } from '../oracle/plain.ts'
import { criterion } from '../oracle/searches.ts'
import type { Seen } from '../oracle/seen.ts'
import { type Resource, TYPE_NAMES } from '../oracle/world.ts'
import { BEGINNING } from './tracks.ts'

export type { Pair } from '../oracle/plain.ts'

/** What there is to ask for, and types that requests are mostly about. */
export interface Known {
  seen: Seen
  types: readonly string[]
  /** Contents that the caller sees, which it may write too where it may write at all. */
  samples: readonly Resource[]
}

/** A type that there is something of. */
export function typeIn({ seen, types }: Known): fc.Arbitrary<string> {
  const any = fc.constantFrom(...(seen.typeNames.length > 0 ? seen.typeNames : ['Patient']))
  const mostly = types.filter((type) => seen.typeNames.includes(type))
  if (mostly.length === 0) return any
  return fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...mostly) }, { weight: 1, arbitrary: any })
}

/** One to three criteria for resources of a type, which meet what is there. */
export function queryIn({ seen }: Known, type: string): fc.Arbitrary<Pair[]> {
  const one = criterionIn(seen, type).map(([name, value]): Pair => [name, dated(value)])
  const several = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(one) },
    { weight: 1, arbitrary: fc.array(one, { minLength: 2, maxLength: 3 }) },
  )
  // Parameters of the oracle's own are not of this server.
  return several.filter((pairs) => !pairs.some(([name, value]) => name.includes('own-') || value.includes('own-')))
}

function criterionIn(seen: Seen, type: string): fc.Arbitrary<Pair> {
  const linked = linkedIn(seen, type)
  if (TYPE_NAMES.includes(type)) {
    const known = criterion(seen, type)
    return linked ? fc.oneof({ weight: 3, arbitrary: known }, { weight: 1, arbitrary: linked }) : known
  }
  const own = fc.oneof({ weight: 6, arbitrary: plain(seen, type) }, { weight: 1, arbitrary: builtIn })
  return linked ? fc.oneof(own, linked) : own
}

/** A chain or `_has` along one of the links that there are. */
function linkedIn(seen: Seen, type: string): fc.Arbitrary<Pair> | undefined {
  const links = seen.links.filter(([source, , target]) => source === type || target === type)
  if (links.length === 0) return undefined
  return fc.constantFrom(...links).chain(([source, param, target]) => {
    const far = source === type ? target : source
    const prefix = source === type ? `${param}:${target}.` : `_has:${source}:${param}:`
    return fc.oneof(plain(seen, far), builtIn).map(([name, value]): Pair => [prefix + name, value])
  })
}

/** The moments that a value of the oracle's stands for. */
const dated = (value: string) =>
  value.replace(/@(\d)/g, (_, at) => new Date(BEGINNING + Number(at) * 2000).toISOString())

/** What results of a type are sorted by. */
export function sortIn(type: string): fc.Arbitrary<string> {
  const parameters = [...parametersOf(type).values()].filter(
    (one) => one.type !== 'composite' && one.type !== 'special',
  )
  const codes = parameters.map(({ code }) => code)
  const frequent = codes.filter((code) => FREQUENT.test(code))
  const key = fc.tuple(
    fc.constantFrom('', '-'),
    fc.constantFrom('_id', '_lastUpdated', ...frequent, ...frequent, ...codes),
  )
  return fc.array(key, { minLength: 1, maxLength: 2 }).map((keys) => keys.map((parts) => parts.join('')).join())
}

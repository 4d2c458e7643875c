import fc from 'fast-check'
import { targetsOf } from '../../../search/include.ts'
import { parametersOf, type SearchParameter } from '../../../search/parameters.ts'
import { POOL, TYPE_NAMES } from './world.ts'

/** A name with its modifiers, and its value, as a query would have them. */
export type Pair = [name: string, value: string]

const some = <T>(values: readonly T[]) => fc.constantFrom(...values)
const escaped = (text: string) => text.replace(/[\\,|$]/g, '\\$&')
const words = some([...POOL.words, 'a', 'A', 'ann', 'b', 'é', 'nobody']).map(escaped)
const codes = some([...POOL.codes, 'true', 'false', 'male', 'final', 'active', 'nothing']).map(escaped)
const systems = some(['http://x', 'http://y', 'http://none', 'http://hl7.org/fhir/administrative-gender'])
const prefixes = some(['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'])
const prefixed = (value: fc.Arbitrary<string>) => fc.tuple(prefixes, value).map((parts) => parts.join(''))
const numbers = some([
  '0',
  '0.1',
  '0.5',
  '0.50',
  '5',
  '5.4',
  '5.45',
  '1e2',
  '100',
  '5400',
  '-1',
  '0.0054',
  '1e17',
  '86400000',
  '1e270',
])
const dates = some([...POOL.dates, ...POOL.moments, '2020-02-29T23:59Z'])
const units = some([
  '',
  '|http://unitsofmeasure.org|g',
  '|http://unitsofmeasure.org|mg',
  '||g',
  '||drops',
  '|http://x|g',
])
const ids = some([...POOL.ids, 'b', 'z'])

const token = fc.oneof(
  codes,
  fc.tuple(systems, codes).map((parts) => parts.join('|')),
  codes.map((code) => `|${code}`),
  systems.map((system) => `${system}|`),
)
const uris = some([...POOL.uris, 'http://x/', 'http://none']).map(escaped)

/** Values that a parameter of a type takes with a modifier. */
function valuesOf(parameter: SearchParameter, modifier: string): fc.Arbitrary<string> {
  if (modifier === ':missing') return some(['true', 'false'])
  switch (parameter.type) {
    case 'token':
      if (modifier === ':text') return words
      if (modifier === ':of-type') return fc.tuple(systems, codes, codes).map((parts) => parts.join('|'))
      return token
    case 'reference':
      return modifier === ':identifier' ? token : references(parameter)
    case 'date':
      return prefixed(dates)
    case 'number':
      return prefixed(numbers)
    case 'quantity':
      return fc.tuple(prefixed(numbers), units).map((parts) => parts.join(''))
    case 'uri':
      return uris
    case 'composite':
      return fc
        .tuple(...parameter.branches![0]!.parts.map((part) => valuesOf(part, '')))
        .map((parts) => parts.join('$'))
    default:
      return words
  }
}

function references(parameter: SearchParameter): fc.Arbitrary<string> {
  const types = targetsOf(parameter).filter((type) => TYPE_NAMES.includes(type))
  const named = fc.tuple(some(types.length > 0 ? types : ['Patient']), ids).map((parts) => parts.join('/'))
  const absolute = fc.tuple(some(['http://x/fhir', 'http://other/fhir']), named).map((parts) => parts.join('/'))
  return fc.oneof(ids, named, absolute, uris)
}

const MODIFIERS: Record<string, string[]> = {
  string: ['', ':exact', ':contains', ':missing'],
  token: ['', '', ':not', ':text', ':of-type', ':missing'],
  reference: ['', ':identifier', ':missing', ':Patient', ':Observation', ':Organization'],
  uri: ['', ':below', ':above', ':missing'],
  default: ['', '', '', ':missing'],
}

/** Parameters of a type that the small worlds can have something for; all of it now and then. */
const FREQUENT =
  /^(name|family|code|component-|combo-|code-value|value-|subject|patient|encounter|effective|date|onset|birthdate|identifier|organization|general|part|url|context|characteristic|_tag|_profile|probability|length|member|item|link|gender|performer|value|questionnaire|derived|has-)/

function parametersFor(type: string): fc.Arbitrary<SearchParameter> {
  const all = [...parametersOf(type).values()]
  const frequent = all.filter(({ code }) => FREQUENT.test(code))
  return fc.oneof({ weight: 9, arbitrary: some(frequent) }, { weight: 1, arbitrary: some(all) })
}

function plain(type: string): fc.Arbitrary<Pair> {
  return parametersFor(type).chain((parameter) =>
    some(MODIFIERS[parameter.type] ?? MODIFIERS.default!).chain((modifier) => {
      const value = valuesOf(parameter, modifier)
      const most = modifier === ':missing' ? 1 : 3
      return fc
        .oneof(
          value,
          fc.array(value, { minLength: 1, maxLength: most }).map((values) => values.join()),
        )
        .map((text): Pair => [`${parameter.code}${modifier}`, text])
    }),
  )
}

const moments = prefixed(some(['@0', '@1', '@2', '2020', '2999-01-01']))

const builtIn: fc.Arbitrary<Pair> = fc.oneof(
  fc.array(ids, { minLength: 1, maxLength: 3 }).map((list): Pair => ['_id', list.join()]),
  moments.map((value): Pair => ['_lastUpdated', value]),
  fc.array(ids, { minLength: 1, maxLength: 2 }).map((list): Pair => ['_list', list.join()]),
)

function linksFrom(type: string): [code: string, target: string][] {
  return [...parametersOf(type).values()]
    .filter((parameter) => parameter.type === 'reference')
    .flatMap((parameter) =>
      targetsOf(parameter)
        .filter((target) => TYPE_NAMES.includes(target))
        .map((target): [string, string] => [parameter.code, target]),
    )
}

const links = new Map(TYPE_NAMES.map((type) => [type, linksFrom(type)]))

function chain(type: string, steps: number): fc.Arbitrary<Pair> {
  return some(links.get(type)!).chain(([code, target]) =>
    fc
      .tuple(criterion(target, steps - 1), fc.boolean())
      .map(([[name, value], typed]): Pair => [`${code}${typed ? `:${target}` : ''}.${name}`, value]),
  )
}

function has(type: string, steps: number): fc.Arbitrary<Pair> {
  const leading = TYPE_NAMES.flatMap((source) =>
    links.get(source)!.flatMap(([code, target]) => (target === type ? [[source, code] as const] : [])),
  )
  if (leading.length === 0) return plain(type)
  return some(leading).chain(([source, code]) =>
    criterion(source, steps - 1).map(([name, value]): Pair => [`_has:${source}:${code}:${name}`, value]),
  )
}

/** A criterion for resources of a type, with links to others in it as far as `steps` goes. */
export function criterion(type: string, steps = 3): fc.Arbitrary<Pair> {
  const choices: fc.WeightedArbitrary<Pair>[] = [
    { weight: 6, arbitrary: plain(type) },
    { weight: 1, arbitrary: builtIn },
  ]
  if (steps > 0 && links.get(type)!.length > 0) choices.push({ weight: 2, arbitrary: chain(type, steps) })
  if (steps > 0) choices.push({ weight: 2, arbitrary: has(type, steps) })
  return fc.oneof(...choices)
}

const sortKeys = new Map(
  TYPE_NAMES.map((type) => {
    const sortable = [...parametersOf(type).values()].filter((parameter) => parameter.type !== 'composite')
    const codes = sortable.map(({ code }) => code)
    return [type, ['_id', '_lastUpdated', ...codes.filter((code) => FREQUENT.test(code)), ...codes]]
  }),
)

function sortOf(type: string): fc.Arbitrary<string> {
  const key = fc.tuple(some(['', '-']), some(sortKeys.get(type)!)).map((parts) => parts.join(''))
  return fc.array(key, { maxLength: 3 }).map((keys) => keys.join())
}

/** What a caller may see: types and the criteria that they are kept to, and whether all others are seen. */
export interface Sight {
  kept: [type: string, criterion: Pair][]
  others: boolean
}

const everything: Sight = { kept: [], others: true }
export const sight: fc.Arbitrary<Sight> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(everything) },
  {
    weight: 1,
    arbitrary: fc.record({
      kept: fc.array(
        some(TYPE_NAMES).chain((type) => fc.tuple(fc.constant(type), criterion(type, 1))),
        { maxLength: 4 },
      ),
      others: fc.boolean(),
    }),
  },
)

/** A search as sent, with what its caller may see and how large its pages are. */
export interface Sought {
  type: string
  pairs: Pair[]
  sort: string
  count: number
  sight: Sight
}

export const sought: fc.Arbitrary<Sought> = some(TYPE_NAMES).chain((type) =>
  fc.record({
    type: fc.constant(type),
    pairs: fc.oneof(
      { weight: 3, arbitrary: fc.array(criterion(type), { maxLength: 1 }) },
      { weight: 1, arbitrary: fc.array(criterion(type), { minLength: 2, maxLength: 3 }) },
    ),
    sort: sortOf(type),
    count: fc.integer({ min: 1, max: 5 }),
    sight,
  }),
)

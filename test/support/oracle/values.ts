import fc from 'fast-check'
import { targetsOf } from '../../../search/include.ts'
import type { SearchParameter } from '../../../search/parameters.ts'
import { POOL, skewed } from './elements.ts'
import { places } from './places.ts'
import { escaped, moment, type Seen } from './seen.ts'
import { TYPE_NAMES } from './world.ts'

const some = <T>(values: readonly T[]) => fc.constantFrom(...values)
const words = skewed(['a', ...POOL.words, 'A', 'ann', 'b', 'é', 'nobody']).map(escaped)
const codes = skewed([...POOL.codes, 'true', 'false', 'male', 'final', 'active', 'nothing']).map(escaped)
const systems = skewed(['http://x', 'http://y', 'http://none', 'http://hl7.org/fhir/administrative-gender'])
const prefixes = some(['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'])
export const prefixed = (value: fc.Arbitrary<string>) => fc.tuple(prefixes, value).map((parts) => parts.join(''))
const numbers = skewed([
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
const dates = skewed([...POOL.dates, ...POOL.moments, '2020-02-29T23:59Z'])
const units = skewed([
  '',
  '|http://unitsofmeasure.org|g',
  '|http://unitsofmeasure.org|mg',
  '||g',
  '||drops',
  '|http://x|g',
])
export const ids = skewed([...POOL.ids, 'b', 'z'])

const token = fc.oneof(
  codes,
  codes,
  fc.tuple(systems, codes).map((parts) => parts.join('|')),
  codes.map((code) => `|${code}`),
  systems.map((system) => `${system}|`),
)
const uris = skewed([...POOL.uris, 'http://x/', 'http://none']).map(escaped)

/** Values that a parameter of a type takes with a modifier: those that are there, and others now and then. */
export function valuesOf(seen: Seen, type: string, parameter: SearchParameter, modifier: string): fc.Arbitrary<string> {
  if (modifier === ':missing') return some(['true', 'false'])
  if (parameter.type === 'composite') {
    return some(parameter.branches!).chain(({ parts }) =>
      fc.tuple(...parts.map((part) => valuesOf(seen, type, part, ''))).map((texts) => texts.join('$')),
    )
  }
  if (parameter.type === 'special') return places.map(({ text }) => text)
  const any = anyOf(parameter, modifier)
  const named = [':text', ':of-type', ':identifier'].includes(modifier) ? modifier : ''
  const there = seen.of(type, parameter.code + named)
  if (there.length === 0) return any
  return fc.oneof({ weight: 4, arbitrary: asWritten(parameter, some(there)) }, { weight: 1, arbitrary: any })
}

function asWritten({ type }: SearchParameter, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  switch (type) {
    case 'date':
      return prefixed(fc.tuple(value, some([4, 7, 10, 24])).map(([at, length]) => moment(at, length)))
    case 'number':
      return prefixed(value)
    case 'quantity':
      return fc.tuple(prefixed(value), units).map((parts) => parts.join(''))
    default:
      return value
  }
}

function anyOf(parameter: SearchParameter, modifier: string): fc.Arbitrary<string> {
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
    default:
      return parameter.type === 'uri' ? uris : words
  }
}

function references(parameter: SearchParameter): fc.Arbitrary<string> {
  const types = targetsOf(parameter).filter((type) => TYPE_NAMES.includes(type))
  const named = fc.tuple(some(types.length > 0 ? types : ['Patient']), ids).map((parts) => parts.join('/'))
  const absolute = fc.tuple(some(['http://x/fhir', 'http://other/fhir']), named).map((parts) => parts.join('/'))
  return fc.oneof(ids, named, absolute, uris)
}

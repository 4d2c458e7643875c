import fc from 'fast-check'
import { parametersOf, type SearchParameter } from '../../../search/parameters.ts'
import { REGISTRY } from './registry.ts'
import type { Seen } from './seen.ts'
import { ids, prefixed, valuesOf } from './values.ts'

/** A name with its modifiers, and its value, as a query would have them. */
export type Pair = [name: string, value: string]

const some = <T>(values: readonly T[]) => fc.constantFrom(...values)

const MODIFIERS: Record<string, string[]> = {
  string: ['', ':exact', ':contains', ':missing'],
  token: ['', '', ':not', ':text', ':of-type', ':missing'],
  reference: ['', ':identifier', ':missing', ':Patient', ':Observation', ':Organization'],
  uri: ['', ':below', ':above', ':missing'],
  default: ['', '', '', ':missing'],
}

/** Parameters of a type that the small worlds can have something for; all of it now and then. */
export const FREQUENT =
  /^(own-|near|name|family|code|component-|combo-|code-value|value-|subject|patient|encounter|effective|date|onset|birthdate|identifier|organization|general|part|url|context|characteristic|_tag|_profile|probability|length|member|item|link|gender|performer|value|questionnaire|derived|has-)/

export function parametersFor(seen: Seen, type: string): fc.Arbitrary<SearchParameter> {
  const all = [...parametersOf(type, REGISTRY).values()]
  const frequent = all.filter(({ code }) => FREQUENT.test(code))
  const params = seen.params(type)
  const there = all.filter(({ code, branches }) => params.includes(code) || isThere(branches, params))
  return fc.oneof(
    { weight: 6, arbitrary: some(there.length > 0 ? there : frequent) },
    { weight: 3, arbitrary: some(frequent) },
    { weight: 1, arbitrary: some(all) },
  )
}

/** Whether a composite has values for all its parts, one way or the other. */
function isThere(branches: SearchParameter['branches'], params: readonly string[]): boolean {
  return branches?.some(({ parts }) => parts.every(({ code }) => params.includes(code))) ?? false
}

export function plain(seen: Seen, type: string): fc.Arbitrary<Pair> {
  return plainOf(seen, type, parametersFor(seen, type))
}

/** A criterion of one of these parameters. */
export function plainOf(seen: Seen, type: string, parameters: fc.Arbitrary<SearchParameter>): fc.Arbitrary<Pair> {
  return parameters.chain((parameter) =>
    some(MODIFIERS[parameter.type] ?? MODIFIERS.default!).chain((modifier) => {
      const value = valuesOf(seen, type, parameter, modifier)
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

export const moments = prefixed(some(['@0', '@1', '@2', '2020', '2999-01-01']))

export const builtIn: fc.Arbitrary<Pair> = fc.oneof(
  fc.array(ids, { minLength: 1, maxLength: 3 }).map((list): Pair => ['_id', list.join()]),
  moments.map((value): Pair => ['_lastUpdated', value]),
  fc.array(ids, { minLength: 1, maxLength: 2 }).map((list): Pair => ['_list', list.join()]),
)

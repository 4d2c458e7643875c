import fc from 'fast-check'
import { insideName } from '../../../resources/contained.ts'
import type { IndexEntry } from '../../../resources/store/port.ts'
import { targetsOf } from '../../../search/include.ts'
import { matches } from '../../../search/matches.ts'
import { parametersOf } from '../../../search/parameters.ts'
import { type Restriction, restrictionOf } from '../../../search/searcher.ts'
import type { Facted } from './answers.ts'
import { TYPE_NAMES } from './world.ts'

/** `_include` or `_revinclude`, with its modifier, and its value. */
export interface Include {
  reverse: boolean
  iterate: boolean
  source: string
  param: string
  target: string | undefined
}

const some = <T>(values: readonly T[]) => fc.constantFrom(...values)

const PLACES = TYPE_NAMES.flatMap((source) =>
  [...parametersOf(source).values()]
    .filter(({ type }) => type === 'reference')
    .flatMap((parameter) => {
      const targets = targetsOf(parameter).filter((target) => TYPE_NAMES.includes(target))
      return targets.length > 0 ? [{ source, param: parameter.code, targets }] : []
    }),
)

/** Includes that lead somewhere among the small worlds' types, wildcards among them. */
export const include: fc.Arbitrary<Include> = fc.oneof(
  {
    weight: 6,
    arbitrary: some(PLACES).chain(({ source, param, targets }) =>
      fc.record({
        reverse: fc.boolean(),
        iterate: fc.boolean(),
        source: fc.constant(source),
        param: fc.oneof({ weight: 5, arbitrary: fc.constant(param) }, { weight: 1, arbitrary: fc.constant('*') }),
        target: some([undefined, undefined, ...targets]),
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      reverse: fc.boolean(),
      iterate: fc.boolean(),
      source: fc.constant('*'),
      param: fc.constant(''),
      target: fc.constant(undefined),
    }),
  },
)

/** The small worlds' types that a parameter of a type leads to. */
export function linkedBy(source: string, param: string): string[] {
  return PLACES.filter((place) => place.source === source && (param === '*' || place.param === param)).flatMap(
    ({ targets }) => targets,
  )
}

export function includeName({ reverse, iterate }: Include): string {
  return `_${reverse ? 'rev' : ''}include${iterate ? ':iterate' : ''}`
}

export function includeValue({ source, param, target }: Include): string {
  return source === '*' ? '*' : [source, param, ...(target === undefined ? [] : [target])].join(':')
}

/** All that includes lead to from resources, `Type/id` of each, by looking at all there is again and again. */
export function reached(
  facted: Facted,
  from: readonly string[],
  includes: readonly Include[],
  restriction: Restriction,
): string[] {
  const edges = includes.map((include) => ({ include, pairs: pairsOf(facted, include) }))
  const seen = new Set(from)
  let last = [...from]
  for (let round = 0; last.length > 0; round++) {
    const next = new Set<string>()
    for (const { include, pairs } of edges) {
      if (round > 0 && !include.iterate) continue
      for (const [source, target] of pairs) {
        const [start, end] = include.reverse ? [target, source] : [source, target]
        if (last.includes(start) && !seen.has(end) && isSeen(facted, end, restriction)) next.add(end)
      }
    }
    for (const name of next) seen.add(name)
    last = [...next]
  }
  return [...seen].filter((name) => !from.includes(name)).sort()
}

/** What an entry of a parameter leads to: by its reference, or by its canonical. */
function endsOf(facted: Facted, entry: IndexEntry, code: string): (readonly [type: string, id: string])[] {
  if (code !== entry[1]) return meant(facted, entry[2])
  return entry[0] === 'reference' ? [[entry[2], entry[3]]] : []
}

/** From what refers to what is referred to, by `Type/id`. Contained resources refer to others, and are led to by nothing. */
function pairsOf(facted: Facted, { source, param, target, reverse }: Include): [string, string][] {
  const types = source === '*' ? TYPE_NAMES : [source]
  const isOne = (type: string, code: string) =>
    parametersOf(type).get(code)?.type === 'reference' && (source === '*' || param === '*' || param === code)
  return types.flatMap((type) =>
    (reverse ? [type] : [type, insideName(type)]).flatMap((name) =>
      (facted.get(name) ?? []).flatMap(({ id, entries }) =>
        entries.flatMap((entry): [string, string][] => {
          const code = entry[1].replace(/:canonical$/, '')
          if (!isOne(type, code)) return []
          const fits = targetsOf(parametersOf(type).get(code)!)
          return endsOf(facted, entry, code).flatMap(([end, other]) =>
            fits.includes(end) && (target ?? end) === end ? [[`${name}/${id}`, `${end}/${other}`]] : [],
          )
        }),
      ),
    ),
  )
}

/** What a canonical means: type and id of each. */
function meant(facted: Facted, canonical: string): (readonly [string, string])[] {
  return [...facted].flatMap(([type, list]) =>
    list
      .filter(({ entries }) => entries.some(([, param, uri]) => param === 'url:canonical' && uri === canonical))
      .map(({ id }) => [type, id] as const),
  )
}

/** Whether a resource is there and the caller may see it. */
function isSeen(facted: Facted, name: string, restriction: Restriction): boolean {
  const [type = '', id] = name.split('/')
  const world = { type, resources: (other: string) => facted.get(other) ?? [] }
  const facts = world.resources(type).find((one) => one.id === id)
  return facts !== undefined && matches(restrictionOf(restriction, type), facts, world)
}

import { beginningOf } from '../resources/beginning.ts'
import { storableTypes } from '../resources/definitions/definitions.ts'
import { FhirError } from '../resources/fhir-error.ts'
import { APART } from './apart.ts'
import { type ParameterRegistry, parametersOf, type SearchParameter } from './parameters.ts'
import type { Found, Link, ResourceName, Restriction, Searcher } from './searcher.ts'

/** A step from what was found to what belongs to it (R4 search, `_include` and `_revinclude`). */
export interface IncludeStep {
  links: Link[]
  /** Whether it is taken from what was included as well. */
  iterate: boolean
}

/** Resources included in one page at the most, and the rounds of `:iterate`. */
export const MOST_INCLUDED = 1000
const MOST_ROUNDS = 20
const MOST_STEPS = 50

/** Whether a parameter's name is that of an include, with its modifier. */
export function isInclude(name: string): boolean {
  return /^_(rev)?include(:|$)/.test(name)
}

/**
 * Reads `_include[:iterate]` or `_revinclude[:iterate]`: `Type:param`, `Type:param:Target`, `Type:*` or `*`. `types` are
 * those searched for. Throws `invalid` for what is no reference parameter.
 */
export function parseInclude(
  types: readonly string[],
  name: string,
  value: string,
  registry?: ParameterRegistry,
): IncludeStep {
  const [keyword = '', modifier] = name.split(':', 2)
  if (modifier !== undefined && modifier !== 'iterate' && modifier !== 'recurse') {
    throw FhirError.of('invalid', `The modifier of ${beginningOf(name)} is not supported.`, { code: 'not-supported' })
  }
  const reverse = keyword === '_revinclude'
  const [source = '', param, target, ...rest] = value.split(':')
  if (rest.length > 0) throw badInclude(keyword, value)
  const iterate = modifier !== undefined
  if (source === '*' && param === undefined) {
    // What is included may be of any type, and is where `:iterate` goes on from.
    const starts = iterate ? [...storableTypes] : types
    const sources = reverse ? [...storableTypes].filter((type) => !APART.has(type)) : starts
    const links = sources.flatMap((type) => linksOf(type, '*', undefined, reverse, registry))
    return { links: links.filter((link) => !reverse || link.targets.some((end) => starts.includes(end))), iterate }
  }
  if (!storableTypes.has(source) || param === undefined || (reverse && APART.has(source))) {
    throw badInclude(keyword, value)
  }
  const links = linksOf(source, param, target, reverse, registry)
  if (links.length === 0) throw badInclude(keyword, value)
  return { links, iterate }
}

function linksOf(
  source: string,
  param: string,
  target: string | undefined,
  reverse: boolean,
  registry: ParameterRegistry | undefined,
): Link[] {
  if (target !== undefined && !storableTypes.has(target)) return []
  const parameters = parametersOf(source, registry)
  const chosen =
    param === '*' ? [...parameters.values()] : [parameters.get(param)].filter((found) => found !== undefined)
  return chosen
    .filter(({ type }) => type === 'reference')
    .flatMap((parameter): Link[] => {
      const targets = targetsOf(parameter)
      if (target !== undefined && !targets.includes(target)) return []
      const link = { reverse, source, param: parameter.code, targets: target === undefined ? targets : [target] }
      return waysOf(parameter).map((way) => ({ ...link, ...way }))
    })
}

/** How a parameter leads to other resources: by references, by canonicals, or by both. */
export function waysOf({ canonical }: SearchParameter): { canonical?: true }[] {
  if (canonical === undefined) return [{}]
  return canonical === 'only' ? [{ canonical: true }] : [{}, { canonical: true }]
}

/** The resource types that a reference parameter may lead to. */
export function targetsOf({ targets }: SearchParameter): string[] {
  return targets.length > 0 ? targets.filter((type) => storableTypes.has(type)) : [...storableTypes]
}

function badInclude(keyword: string, value: string): FhirError {
  const words = `${keyword} takes Type:parameter or Type:parameter:Target of a reference, not '${beginningOf(value)}'.`
  return FhirError.of('invalid', words, { code: 'value' })
}

/** Throws `invalid` for more steps than a search takes. */
export function checkSteps(steps: readonly unknown[]): void {
  if (steps.length > MOST_STEPS) {
    throw FhirError.of('invalid', `A search takes ${MOST_STEPS} includes at the most.`, { code: 'too-costly' })
  }
}

/**
 * What steps lead to from the matches, each once and none that is a match itself; `cut` tells that there may be more. Cycles
 * end because nothing is found twice.
 */
export async function included(
  matches: readonly ResourceName[],
  steps: readonly IncludeStep[],
  restriction: Restriction,
  searcher: Searcher,
): Promise<{ found: Found[]; cut: boolean }> {
  const found: Found[] = []
  if (steps.length === 0) return { found, cut: false }
  const seen = new Set(matches.map(nameOf))
  let from: readonly ResourceName[] = matches
  for (let round = 0; from.length > 0; round++) {
    const links = steps.filter(({ iterate }) => round === 0 || iterate).flatMap((step) => step.links)
    if (links.length === 0) return { found, cut: false }
    if (round === MOST_ROUNDS) return { found, cut: true }
    // What was found before may come again: ask for as many more.
    const page = await searcher.linked(from, links, restriction, MOST_INCLUDED + found.length)
    const fresh = page.found.filter((resource) => !seen.has(nameOf(resource)))
    for (const resource of fresh) seen.add(nameOf(resource))
    found.push(...fresh.slice(0, MOST_INCLUDED - found.length))
    if (page.more || found.length === MOST_INCLUDED) return { found, cut: page.more || fresh.length > 0 }
    from = fresh
  }
  return { found, cut: false }
}

function nameOf({ type, id }: ResourceName): string {
  return `${type}/${id}`
}

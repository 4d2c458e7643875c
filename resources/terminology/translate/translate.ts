import { type Canonicals, canonicalParts } from '../../conformance/canonicals.ts'
import { FhirError } from '../../fhir-error.ts'
import type { AskedCoding } from '../../validation/question.ts'
import type { TranslateAnswer, TranslateMatch, TranslateQuestion } from '../answers.ts'
import type { ConceptMapLike, Dependency, Group, SystemCoding, Target } from './concept-map.ts'
import { mapsFor } from './maps.ts'
import { mirrored, reversedElements } from './reverse.ts'

/** Maps that `unmapped` may lead through. */
const MOST_MAPS = 10

/** Maps that are gone through for one question, each as often as it is. */
const MOST_WAYS = 200

/** Equivalences that are no translation. */
const NONE: ReadonlySet<string> = new Set(['unmatched', 'disjoint'])

/** R4 ConceptMap/$translate. Throws `not-found` for a map that is not held, `invalid` without a map or what it could be found by. */
export async function translation(canonicals: Canonicals, question: TranslateQuestion): Promise<TranslateAnswer> {
  const maps = await mapsFor(canonicals, question)
  const matches: TranslateMatch[] = []
  const ways = { left: MOST_WAYS }
  for (const map of maps) {
    for (const coding of question.codings) {
      if (coding.code === undefined) continue
      matches.push(...(await inMap(canonicals, map, { ...coding, code: coding.code }, question, { maps: [], ways })))
    }
  }
  const unique = [...new Map(matches.map((match) => [JSON.stringify(match), match])).values()]
  const result = unique.some(({ equivalence }) => !NONE.has(equivalence))
  return result ? { result, matches: unique } : { result, message: whyNone(maps, unique), matches: unique }
}

function whyNone(maps: readonly ConceptMapLike[], matches: readonly TranslateMatch[]): string {
  if (maps.length === 0) return 'No concept map for this is held here'
  return matches.length > 0 ? 'The concept map says that there is no translation' : 'The concept map has no translation'
}

/** Maps on the way to here, and how many more are gone through on all ways. */
interface Through {
  maps: readonly string[]
  ways: { left: number }
}

async function inMap(
  canonicals: Canonicals,
  map: ConceptMapLike,
  coding: SystemCoding,
  question: TranslateQuestion,
  through: Through,
): Promise<TranslateMatch[]> {
  const found: TranslateMatch[] = []
  for (const group of map.group ?? []) {
    const [from, to] = question.reverse ? [group.target, group.source] : [group.source, group.target]
    if (coding.system !== undefined && from !== undefined && from !== coding.system) continue
    if (question.targetSystem !== undefined && to !== undefined && to !== question.targetSystem) continue
    const targets = question.reverse ? reversedElements(group, coding.code) : targetsOf(group, coding.code)
    if (targets)
      found.push(...targets.filter((target) => holds(target, question)).map((one) => match(map, to, one, question)))
    else if (!question.reverse) found.push(...(await unmapped(canonicals, map, group, coding, question, through)))
  }
  return found
}

/** Undefined where the code is not mapped at all. */
function targetsOf({ element = [] }: Group, code: string): readonly Target[] | undefined {
  const mine = element.filter((one) => one.code === code)
  // Without a target, a code is one that has no translation (R4 ConceptMap.group.element.target).
  const targets = mine.flatMap(({ target }) => target ?? [{ equivalence: 'unmatched' }])
  return mine.length === 0 ? undefined : targets
}

function holds({ dependsOn = [] }: Target, { dependencies = [], reverse }: TranslateQuestion): boolean {
  if (reverse) return true
  return dependsOn.every((wanted) =>
    dependencies.some(
      ({ element, codings }) => element === wanted.property && codings.some((coding) => isValue(coding, wanted)),
    ),
  )
}

function isValue({ system, code }: AskedCoding, wanted: Dependency): boolean {
  return code === wanted.value && (wanted.system === undefined || system === undefined || system === wanted.system)
}

function match(
  map: ConceptMapLike,
  system: string | undefined,
  target: Target,
  { reverse }: TranslateQuestion,
): TranslateMatch {
  const { code, display, comment, product = [] } = target
  const equivalence = target.equivalence ?? 'equivalent'
  const source = map.version === undefined ? map.url : `${map.url}|${map.version}`
  const coding = { ...(system === undefined ? {} : { system }), ...(display === undefined ? {} : { display }) }
  return {
    equivalence: reverse ? mirrored(equivalence) : equivalence,
    ...(code === undefined ? {} : { concept: { ...coding, code } }),
    products: reverse ? [] : product.map(productOf),
    ...(comment === undefined ? {} : { comment }),
    ...(map.url === undefined ? {} : { source: source ?? map.url }),
  }
}

function productOf({ property, system, value, display }: Dependency): TranslateMatch['products'][number] {
  const named = { ...(system === undefined ? {} : { system }), ...(display === undefined ? {} : { display }) }
  return { element: property, concept: { ...named, code: value } }
}

/** R4 ConceptMap.group.unmapped: the code as it is, a fixed one, or what another map says. */
async function unmapped(
  canonicals: Canonicals,
  map: ConceptMapLike,
  group: Group,
  coding: SystemCoding,
  question: TranslateQuestion,
  through: Through,
): Promise<TranslateMatch[]> {
  const { mode, code, display, url } = group.unmapped ?? { mode: 'none' }
  const own = { ...(display === undefined ? {} : { display }) }
  switch (mode) {
    case 'provided':
      return [match(map, group.target, { code: coding.code, equivalence: 'equal' }, question)]
    case 'fixed':
      return [
        match(map, group.target, { ...(code === undefined ? {} : { code }), ...own, equivalence: 'inexact' }, question),
      ]
    case 'other-map':
      return url === undefined ? [] : otherMap(canonicals, url, coding, question, through)
    default:
      return []
  }
}

async function otherMap(
  canonicals: Canonicals,
  canonical: string,
  coding: SystemCoding,
  question: TranslateQuestion,
  through: Through,
): Promise<TranslateMatch[]> {
  if (through.maps.includes(canonical) || through.maps.length >= MOST_MAPS) {
    throw FhirError.of('unprocessable', `The concept map ${canonical} leads back to itself`, { code: 'business-rule' })
  }
  if (--through.ways.left < 0) {
    throw FhirError.of('invalid', `The concept map ${canonical} is led to too often`, { code: 'too-costly' })
  }
  const { url, version } = canonicalParts(canonical)
  const other = await canonicals.find('ConceptMap', url, version)
  const further = { ...through, maps: [...through.maps, canonical] }
  return other ? inMap(canonicals, other.resource as ConceptMapLike, coding, question, further) : []
}

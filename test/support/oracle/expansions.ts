import { compareVersions } from '../../../resources/conformance/versions.ts'
import { BASE } from '../criteria.ts'
import { type Known, NotJudged, Refused, type View } from './view.ts'

/** `system|code`. */
type Codes = ReadonlySet<string>

interface Concept {
  code: string
  property?: { code: string; valueCode: string }[]
  concept?: Concept[]
}

interface Include {
  system?: string
  concept?: { code: string }[]
  filter?: { property: string; op: string; value: string }[]
  valueSet?: string[]
}

interface ValueSet {
  compose?: { include: Include[]; exclude?: Include[] }
  expansion?: { total?: number; contains: { system: string; code: string; abstract?: boolean }[] }
}

const GENDERS = 'http://hl7.org/fhir/ValueSet/administrative-gender'

/** The codes of a value set, as R4 describes it, of the few forms that the small worlds have. */
export function codesOf(view: View, reference: string, open: readonly string[] = []): Codes {
  const found = newest(named(view, reference))
  if (!found) {
    if (reference !== GENDERS) throw new Refused(reference)
    return new Set(
      ['male', 'female', 'other', 'unknown'].map((code) => `http://hl7.org/fhir/administrative-gender|${code}`),
    )
  }
  if (open.includes(found.id)) throw new Refused('a ring of value sets')
  const within = [...open, found.id]
  const { compose, expansion } = found.resource as ValueSet
  const includes = compose?.include ?? []
  const excludes = compose?.exclude ?? []
  for (const { valueSet = [] } of [...includes, ...excludes]) for (const one of valueSet) refuseRing(view, one, within)
  if (includes.length === 0 || !includes.every((include) => isHeld(view, include))) {
    // What came with it counts where the rest cannot be told.
    if (includes.length === 0 && !expansion) return new Set()
    if (!expansion || sizeOf(expansion) < (expansion.total ?? 0)) throw new Refused(reference)
    const codes = expansion.contains.filter(({ abstract }) => !abstract)
    return less(view, new Set(codes.map(({ system, code }) => `${system}|${code}`)), [], within)
  }
  return less(view, new Set(includes.flatMap((include) => [...ofInclude(view, include, within)])), excludes, within)
}

/** Entries are told apart by their codes where there is more than them, and counted where there is not. */
function sizeOf({ contains }: NonNullable<ValueSet['expansion']>): number {
  const sizes = [contains.length, new Set(contains.map(({ system, code }) => `${system}|${code}`)).size]
  if (sizes[0] !== sizes[1]) throw new NotJudged('a code twice')
  return contains.length
}

function less(view: View, codes: Codes, excludes: readonly Include[], within: readonly string[]): Codes {
  const others = excludes.flatMap((exclude) => [...judged(view, () => ofInclude(view, exclude, within))])
  return new Set(codes).difference(new Set(others))
}

/** What is looked at code by code is refused only where a code comes to it, and may not be known of a part of a system. */
function judged(view: View, look: () => Codes): Codes {
  if (view.of('CodeSystem').some(({ resource }) => resource.content !== 'complete')) throw new NotJudged('a part')
  try {
    return look()
  } catch (error) {
    throw error instanceof Refused ? new NotJudged('refused where it matters') : error
  }
}

function refuseRing(view: View, reference: string, open: readonly string[]): void {
  const found = newest(named(view, reference))
  if (!found) return
  if (open.includes(found.id)) throw new Refused('a ring of value sets')
  const { include = [], exclude = [] } = (found.resource as ValueSet).compose ?? { include: [] }
  for (const { valueSet = [] } of [...include, ...exclude]) {
    for (const one of valueSet) refuseRing(view, one, [...open, found.id])
  }
}

function isHeld(view: View, { system, concept, valueSet = [] }: Include): boolean {
  if (!valueSet.every((one) => newest(named(view, one)))) return false
  if (system === undefined || concept) return true
  return view.of('CodeSystem').some(({ resource }) => resource.url === system && resource.content !== 'not-present')
}

function named(view: View, reference: string): Known[] {
  const all = view.of('ValueSet')
  const byId = all.filter(({ id }) => [`ValueSet/${id}`, `${BASE}/ValueSet/${id}`].includes(reference))
  if (byId.length > 0) return byId
  const [url, version] = reference.split('|')
  return all.filter(({ resource }) => resource.url === url && (version === undefined || resource.version === version))
}

/** The newest version, of equal ones that which was written last. */
function newest(found: Known[]): Known | undefined {
  const version = ({ resource }: Known) => resource.version as string | undefined
  const sorted = [...found].sort(
    (one, other) => compareVersions(version(other), version(one)) || other.lastUpdated - one.lastUpdated,
  )
  const [first, second] = sorted
  if (first && second && version(first) === version(second) && first.lastUpdated === second.lastUpdated) {
    throw new NotJudged('two of a moment')
  }
  return first
}

function ofInclude(
  view: View,
  { system, concept, filter = [], valueSet = [] }: Include,
  within: readonly string[],
): Codes {
  const own = () => {
    const codes = concept ? concept.map(({ code }) => code) : filteredOf(conceptsOf(view, system!), filter)
    return new Set([...codes].map((code) => `${system}|${code}`))
  }
  const [first, ...others] = [
    ...(system === undefined ? [] : [own]),
    ...valueSet.map((reference) => () => codesOf(view, reference, within)),
  ]
  const codes = others.length > 0 ? judged(view, first!) : first!()
  return others.reduce((kept, other) => kept.intersection(judged(view, other)), codes)
}

/** The codes of a system, with those straight above each. */
function conceptsOf(view: View, system: string) {
  const found = newest(view.of('CodeSystem').filter(({ resource }) => resource.url === system))
  const { content, concept = [] } = (found?.resource ?? {}) as { content?: string; concept?: Concept[] }
  if (content !== 'complete' && content !== 'fragment') throw new Refused(system)
  const above = new Map<string, Set<string>>()
  const kinds = new Map<string, string>()
  const put = (code: string, upper?: string) =>
    above.set(code, new Set([...(above.get(code) ?? []), ...(upper === undefined ? [] : [upper])]))
  const walk = ({ code, property = [], concept: inner = [] }: Concept, upper?: string): void => {
    put(code, upper)
    for (const one of property) {
      if (one.code === 'parent') put(code, one.valueCode)
      else if (one.code === 'child') put(one.valueCode, code)
      else kinds.set(code, one.valueCode)
    }
    for (const one of inner) walk(one, code)
  }
  for (const one of concept) walk(one)
  return { above, kinds }
}

type Concepts = ReturnType<typeof conceptsOf>

function isBelow({ above }: Concepts, code: string, upper: string): boolean {
  return code === upper || [...(above.get(code) ?? [])].some((one) => isBelow({ above, kinds: new Map() }, one, upper))
}

function filteredOf(concepts: Concepts, filters: NonNullable<Include['filter']>): string[] {
  const { above, kinds } = concepts
  const meets = (code: string, { property, op, value }: (typeof filters)[number]): boolean => {
    if (property === 'kind') return kinds.get(code) === value
    if (property === 'parent') return above.get(code)!.has(value)
    if (op === '=') return code === value
    if (!above.has(value)) throw new Refused(value)
    if (op === 'generalizes') return isBelow(concepts, value, code)
    const below = isBelow(concepts, code, value)
    if (op === 'is-not-a') return !below
    return below && (op === 'is-a' || code !== value)
  }
  // All filters, of all codes: an unknown one is refused, whatever the others leave.
  return [...above.keys()].filter((code) => filters.map((one) => meets(code, one)).every(Boolean))
}

/** A code of a system with all below it, or above it. */
export function treeOf(view: View, side: 'below' | 'above', system: string, code: string): Codes {
  const concepts = conceptsOf(view, system)
  if (!concepts.above.has(code)) throw new Refused(code)
  const codes = [...concepts.above.keys()].filter((one) =>
    side === 'below' ? isBelow(concepts, one, code) : isBelow(concepts, code, one),
  )
  return new Set(codes.map((one) => `${system}|${one}`))
}

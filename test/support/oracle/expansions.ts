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
export function codesOf(view: View, reference: string, within = 0): Codes {
  if (within > 10) throw new Refused('a ring of value sets')
  const found = newest(named(view, reference))
  if (!found) {
    if (reference !== GENDERS) throw new Refused(reference)
    return new Set(
      ['male', 'female', 'other', 'unknown'].map((code) => `http://hl7.org/fhir/administrative-gender|${code}`),
    )
  }
  const { compose, expansion } = found.resource as ValueSet
  if (expansion && expansion.contains.length >= (expansion.total ?? 0)) {
    const codes = expansion.contains.filter(({ abstract }) => !abstract)
    return new Set(codes.map(({ system, code }) => `${system}|${code}`))
  }
  const parts = (includes: Include[] = []) =>
    new Set(includes.flatMap((include) => [...ofInclude(view, include, within)]))
  return parts(compose?.include).difference(parts(compose?.exclude))
}

function named(view: View, reference: string): Known[] {
  const all = view.of('ValueSet')
  const byId = all.filter(({ id }) => [`ValueSet/${id}`, `${BASE}/ValueSet/${id}`].includes(reference))
  if (byId.length > 0) return byId
  const [url, version] = reference.split('|')
  return all.filter(({ resource }) => resource.url === url && (version === undefined || resource.version === version))
}

function newest(found: Known[]): Known | undefined {
  const last = Math.max(...found.map(({ lastUpdated }) => lastUpdated))
  const [one, ...others] = found.filter(({ lastUpdated }) => lastUpdated === last)
  if (others.length > 0) throw new NotJudged('two of a moment')
  return one
}

function ofInclude(view: View, { system, concept, filter = [], valueSet = [] }: Include, within: number): Codes {
  const sets = valueSet.map((reference) => codesOf(view, reference, within + 1))
  if (system !== undefined) {
    const codes = concept ? concept.map(({ code }) => code) : filteredOf(conceptsOf(view, system), filter)
    sets.push(new Set([...codes].map((code) => `${system}|${code}`)))
  }
  return sets.reduce((kept, other) => kept.intersection(other))
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

import { codeLists } from '../../resources/definitions/definitions.ts'
import { addCode, type Codes, keepCodes, notHeld, tooMuch } from './codes.ts'
import type { ConceptFilter, Concepts } from './concepts.ts'

/** A stored ValueSet, as far as it is well-formed. */
export interface ValueSet {
  compose?: { include?: Include[]; exclude?: Include[] }
  expansion?: { total?: number; contains?: Contained[] }
}

interface Include {
  system?: string
  version?: string
  concept?: { code?: string }[]
  filter?: ConceptFilter[]
  valueSet?: string[]
}

interface Contained {
  system?: string
  code?: string
  abstract?: boolean
  contains?: Contained[]
}

/** Where value sets and code systems come from (`held.ts`). */
interface Source {
  valueSet(reference: string): Promise<ValueSet | undefined>
  conceptsOf(system: string): Promise<Concepts>
}

/** Value sets that may stand within each other. */
const MOST_NESTED = 10

/**
 * The codes of a value set: its expansion where that is stored as a whole, else what it is composed of; R4's own lists
 * where it is not stored. Throws `invalid` where something of it is not known.
 */
export async function expand(reference: string, source: Source, nested = 0): Promise<Codes> {
  if (nested > MOST_NESTED) throw tooMuch('Value sets are nested too deep, or contain themselves')
  const valueSet = await source.valueSet(reference)
  if (!valueSet) return listed(reference)
  const { compose, expansion } = valueSet
  const contained = flat(expansion?.contains ?? [])
  if (contained.length > 0 && contained.length >= (expansion?.total ?? 0)) return ofExpansion(contained)
  const codes: Codes = new Map()
  for (const include of compose?.include ?? []) merge(codes, await included(include, source, nested))
  let kept = codes
  for (const exclude of compose?.exclude ?? []) kept = keepCodes(kept, await included(exclude, source, nested), true)
  return kept
}

function listed(reference: string): Codes {
  const lists = codeLists(reference.replace(/\|4\.0\.1$/, ''))
  if (!lists) throw notHeld(`The value set ${reference.slice(0, 200)}`)
  return new Map(lists.map(({ system, codes }) => [system, new Set(codes)]))
}

function flat(contains: readonly Contained[]): Contained[] {
  const found: Contained[] = []
  const open = [...contains]
  for (let next = open.pop(); next; next = open.pop()) {
    found.push(next)
    for (const inner of next.contains ?? []) open.push(inner)
  }
  return found
}

/** What is abstract is there for its place in the tree: it is no code of the set (R4 ValueSet.expansion). */
function ofExpansion(contained: readonly Contained[]): Codes {
  const codes: Codes = new Map()
  for (const { system = '', code, abstract } of contained) {
    if (code !== undefined && abstract !== true) addCode(codes, system, code)
  }
  return codes
}

/** What one include gives: the system's part of it that is in all of its value sets. */
async function included(include: Include, source: Source, nested: number): Promise<Codes> {
  const { system, valueSet = [] } = include
  const sets: Codes[] = []
  if (system !== undefined) sets.push(new Map([[system, await ofSystem(system, include, source)]]))
  for (const reference of valueSet) sets.push(await expand(reference, source, nested + 1))
  const [first, ...others] = sets
  return others.reduce((kept, other) => keepCodes(kept, other), first ?? new Map())
}

async function ofSystem(system: string, { version, concept, filter = [] }: Include, source: Source) {
  if (concept && concept.length > 0) {
    return new Set(concept.map(({ code }) => code).filter((code) => typeof code === 'string'))
  }
  const concepts = await source.conceptsOf(version === undefined ? system : `${system}|${version}`)
  const sets = filter.map((one) => concepts.filtered(one))
  return sets.length > 0 ? sets.reduce((kept, set) => kept.intersection(set)) : new Set(concepts.all)
}

function merge(codes: Codes, more: Codes): void {
  for (const [system, own] of more) {
    const before = codes.get(system)
    codes.set(system, before ? before.union(own) : own)
  }
}

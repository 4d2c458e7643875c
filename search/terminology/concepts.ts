import { beginningOf } from '../../resources/beginning.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import { notHeld } from './codes.ts'

/** A concept of a stored CodeSystem, as far as it is well-formed. */
export interface Concept {
  code?: string
  property?: { code?: string; [value: string]: unknown }[]
  concept?: Concept[]
}

export interface CodeSystem {
  url?: string
  content?: string
  property?: { code?: string; uri?: string }[]
  concept?: Concept[]
}

/** A filter of a ValueSet's include. */
export interface ConceptFilter {
  property?: string
  op?: string
  value?: string
}

const PARENT = 'http://hl7.org/fhir/concept-properties#parent'
const CHILD = 'http://hl7.org/fhir/concept-properties#child'

/**
 * The concepts of a stored CodeSystem and their hierarchy: by nesting, and by the properties `parent` and `child` (R4
 * CodeSystem, "Hierarchy").
 */
export class Concepts {
  private readonly name: string
  private readonly known = new Set<string>()
  private readonly parents = new Map<string, Set<string>>()
  private readonly children = new Map<string, Set<string>>()
  private readonly properties = new Map<string, Map<string, Set<string>>>()
  private readonly parentCode: string
  private readonly childCode: string

  constructor({ url = '', property = [], concept = [] }: CodeSystem) {
    this.name = beginningOf(url, 200)
    this.parentCode = property.find(({ uri }) => uri === PARENT)?.code ?? 'parent'
    this.childCode = property.find(({ uri }) => uri === CHILD)?.code ?? 'child'
    // A list and not recursion: how deep it is nested is up to who wrote it.
    const open = concept.map((one) => ({ one, above: undefined as string | undefined }))
    for (let next = open.pop(); next; next = open.pop()) {
      const { one, above } = next
      if (typeof one.code !== 'string') continue
      this.add(one, above)
      for (const below of one.concept ?? []) open.push({ one: below, above: one.code })
    }
  }

  get all(): string[] {
    return [...this.known]
  }

  /** A code and all below it, or above it. Throws `invalid` for a code that is none of the system. */
  tree(code: string, side: 'below' | 'above'): Set<string> {
    if (!this.known.has(code)) throw notHeld(`The code ${beginningOf(code)} of ${this.name}`)
    const steps = side === 'below' ? this.children : this.parents
    const found = new Set([code])
    for (const one of found) for (const next of steps.get(one) ?? []) if (this.known.has(next)) found.add(next)
    return found
  }

  /** The codes that meet a filter (R4 ValueSet.compose.include.filter). Throws `invalid` for one that is not known. */
  filtered({ property = '', op = '', value = '' }: ConceptFilter): Set<string> {
    const onConcept = property === 'concept' || property === 'code'
    if (op === '=') return onConcept ? new Set(this.all.filter((code) => code === value)) : this.having(property, value)
    if (onConcept && op === 'is-a') return this.tree(value, 'below')
    if (onConcept && op === 'generalizes') return this.tree(value, 'above')
    if (onConcept && op === 'descendent-of') return this.tree(value, 'below').difference(new Set([value]))
    if (onConcept && op === 'is-not-a') return new Set(this.all).difference(this.tree(value, 'below'))
    const words = `A value set's filter '${beginningOf(property)} ${beginningOf(op)}' is not supported.`
    throw FhirError.of('invalid', words, { code: 'not-supported' })
  }

  private having(property: string, value: string): Set<string> {
    if (property === this.parentCode) return this.children.get(value) ?? new Set()
    if (property === this.childCode) return this.parents.get(value) ?? new Set()
    return this.properties.get(property)?.get(value) ?? new Set()
  }

  private add({ code = '', property = [] }: Concept, above: string | undefined): void {
    this.known.add(code)
    if (above !== undefined) this.link(above, code)
    for (const one of property) {
      const entry = Object.entries(one).find(([name]) => name.startsWith('value'))
      if (entry === undefined || typeof one.code !== 'string') continue
      const value = textOf(entry[1])
      if (one.code === this.parentCode) this.link(value, code)
      else if (one.code === this.childCode) this.link(code, value)
      else {
        const byValue = this.properties.get(one.code) ?? new Map<string, Set<string>>()
        this.properties.set(one.code, byValue)
        put(byValue, value, code)
      }
    }
  }

  private link(above: string, below: string): void {
    put(this.parents, below, above)
    put(this.children, above, below)
  }
}

function put(sets: Map<string, Set<string>>, key: string, value: string): void {
  const own = sets.get(key)
  if (own) own.add(value)
  else sets.set(key, new Set([value]))
}

function textOf(value: unknown): string {
  return typeof value === 'object' && value !== null ? String((value as { code?: unknown }).code ?? '') : String(value)
}

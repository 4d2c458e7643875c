import { FhirError } from '../fhir-error.ts'
import type { Resource } from './answers.ts'
import { type Concept, holdsOn } from './concept.ts'
import type { ConceptPage, ConceptQuery, ConceptSource, Edition } from './concept-source.ts'
import { predicateOf, type Tree } from './predicates.ts'
import { editionOf, recordsOf } from './system-records.ts'
import { ranked, type Texts, textsOf, wantedOf } from './words.ts'

/** The concepts of a CodeSystem resource, in memory. */
export class SystemSource implements ConceptSource, Tree {
  readonly edition: Edition
  readonly key: string
  private readonly records_: readonly Concept[]
  private readonly byCode = new Map<string, Concept[]>()
  /** By the code in lower case; the first of several counts. */
  private readonly byFolded = new Map<string, string>()
  private readonly below = new Map<string, Set<string>>()
  private texts: Map<Concept, Texts> | undefined

  /** `key`: another one for another content. */
  constructor(edition: Edition, records: readonly Concept[], key: string) {
    this.edition = edition
    this.key = key
    this.records_ = records
    for (const concept of records) this.place(concept)
  }

  /** Of a CodeSystem resource. */
  static of(resource: Resource, key: string): SystemSource {
    return new SystemSource(editionOf(resource), recordsOf(resource), key)
  }

  /** How many records it holds: what it weighs in a cache. */
  get size(): number {
    return this.records_.length
  }

  async find(code: string, day: string): Promise<Concept | undefined> {
    return this.findNow(code, day)
  }

  /** As `find`, at once. */
  findNow(code: string, day: string): Concept | undefined {
    return this.byCode.get(this.exact(code))?.find((concept) => holdsOn(concept, day))
  }

  async records(code: string): Promise<Concept[]> {
    return [...(this.byCode.get(this.exact(code)) ?? [])]
  }

  async children(code: string, day: string): Promise<Concept[]> {
    return this.childCodes(this.exact(code)).flatMap((child) => this.findNow(child, day) ?? [])
  }

  async isBelow(code: string, ancestor: string, day: string): Promise<boolean> {
    const wanted = this.exact(ancestor)
    const from = this.exact(code)
    return from !== wanted && this.ancestors(from, day).has(wanted)
  }

  async search(query: ConceptQuery): Promise<ConceptPage> {
    const { text, conditions, day, activeOnly, selectableOnly, offset, count } = query
    const meets = predicateOf(this, conditions, day)
    const met = meets(
      this.records_.filter(
        (concept) =>
          holdsOn(concept, day) && !(activeOnly && concept.inactive) && !(selectableOnly && concept.abstract),
      ),
    )
    const found = text === undefined ? met : this.ranked(met, text)
    return { concepts: found.slice(offset, offset + count), total: found.length }
  }

  async *all(): AsyncIterable<Concept> {
    yield* this.records_
  }

  /** The code as the system writes it. */
  exact(code: string): string {
    if (this.edition.caseSensitive || this.byCode.has(code)) return code
    return this.byFolded.get(code.toLowerCase()) ?? code
  }

  childCodes(code: string): readonly string[] {
    return [...(this.below.get(code) ?? [])]
  }

  /** All codes above a code. */
  ancestors(code: string, day: string): ReadonlySet<string> {
    const found = new Set<string>()
    const queue = [code]
    for (const next of queue) {
      for (const parent of this.findNow(next, day)?.parents ?? []) {
        if (found.has(parent)) continue
        found.add(parent)
        queue.push(parent)
      }
    }
    return found
  }

  private place(concept: Concept): void {
    const { code, parents } = concept
    const known = this.byCode.get(code)
    if (known) known.push(concept)
    else this.byCode.set(code, [concept])
    const folded = code.toLowerCase()
    if (!this.byFolded.has(folded)) this.byFolded.set(folded, code)
    for (const parent of parents ?? []) {
      const children = this.below.get(parent)
      if (children) children.add(code)
      else this.below.set(parent, new Set([code]))
    }
  }

  private ranked(concepts: readonly Concept[], text: string): Concept[] {
    const wanted = wantedOf(text)
    if (wanted.code === '') return [...concepts]
    this.texts ??= new Map(this.records_.map((concept) => [concept, textsOf(concept)]))
    const { texts } = this
    return ranked(concepts, wanted, (concept) => texts.get(concept) ?? textsOf(concept)).map(({ item }) => item)
  }
}

/** Throws `invalid` for a resource that is no CodeSystem with a url. */
export function checkCodeSystem(resource: Resource): void {
  const { resourceType, url } = resource as { resourceType: string; url?: unknown }
  if (resourceType !== 'CodeSystem') throw FhirError.of('invalid', `A ${resourceType} is no CodeSystem`)
  if (url !== undefined && typeof url !== 'string') throw FhirError.of('invalid', 'CodeSystem.url is no text')
}

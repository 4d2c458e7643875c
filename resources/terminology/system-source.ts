import { FhirError } from '../fhir-error.ts'
import { Pace } from '../pace.ts'
import type { Resource } from './answers.ts'
import { type Concept, holdsOn } from './concept.ts'
import type { ConceptPage, ConceptQuery, ConceptSource, Edition } from './concept-source.ts'
import { predicateOf, type Tree } from './predicates.ts'
import { editionOf, recordsOf } from './system-records.ts'
import { rank, type Texts, textsOf, wantedOf } from './words.ts'

/** Records that are not gone through for several questions without letting others through. */
const LARGE = 5000

/** The concepts of a CodeSystem resource, in memory. */
export class SystemSource implements ConceptSource, Tree {
  readonly edition: Edition
  readonly key: string
  private readonly records_: readonly Concept[]
  private readonly byCode = new Map<string, Concept[]>()
  /** By the code in lower case; the first of several counts. */
  private readonly byFolded = new Map<string, string>()
  private readonly below = new Map<string, Set<string>>()
  private readonly texts = new Map<Concept, Texts>()

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
    if (this.size > LARGE) await new Pace().rest()
    const meets = predicateOf(this, conditions, day)
    const met = meets(
      this.records_.filter(
        (concept) =>
          holdsOn(concept, day) && !(activeOnly && concept.inactive) && !(selectableOnly && concept.abstract),
      ),
    )
    const found = text === undefined ? met : await this.ranked(met, text)
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

  private async ranked(concepts: readonly Concept[], text: string): Promise<Concept[]> {
    const wanted = wantedOf(text)
    if (wanted.code === '') return [...concepts]
    const pace = new Pace()
    for (const forgiving of [false, true]) {
      const found: { concept: Concept; rank: number }[] = []
      for (const concept of concepts) {
        if (pace.due) await pace.rest()
        const at = rank(this.textsFor(concept), wanted, forgiving)
        if (at !== undefined) found.push({ concept, rank: at })
      }
      if (found.length > 0) return found.sort((one, other) => one.rank - other.rank).map(({ concept }) => concept)
    }
    return []
  }

  private textsFor(concept: Concept): Texts {
    const known = this.texts.get(concept)
    if (known) return known
    const made = textsOf(concept)
    this.texts.set(concept, made)
    return made
  }
}

/** Throws `invalid` for a resource that is no CodeSystem with a url. */
export function checkCodeSystem(resource: Resource): void {
  const { resourceType, url } = resource as { resourceType: string; url?: unknown }
  if (resourceType !== 'CodeSystem') throw FhirError.of('invalid', `A ${resourceType} is no CodeSystem`)
  if (url !== undefined && typeof url !== 'string') throw FhirError.of('invalid', 'CodeSystem.url is no text')
}

import type { Concept } from './concept.ts'
import type { ConceptPage, ConceptQuery, ConceptSource, Condition, Edition } from './concept-source.ts'

/** A code system with what supplements add to its concepts: designations and properties (R4 CodeSystem.supplements). */
export class SupplementedSource implements ConceptSource {
  readonly edition: Edition
  readonly key: string
  private readonly source: ConceptSource
  private readonly added: ReadonlyMap<string, readonly Concept[]>

  /** `supplements`: the records of each, and its key. */
  constructor(source: ConceptSource, supplements: readonly { key: string; records: readonly Concept[] }[]) {
    this.source = source
    this.edition = source.edition
    this.key = [source.key, ...supplements.map(({ key }) => key)].join(' ')
    this.added = Map.groupBy(
      supplements.flatMap(({ records }) => records),
      ({ code }) => this.folded(code),
    )
  }

  async find(code: string, day: string): Promise<Concept | undefined> {
    const found = await this.source.find(code, day)
    return found && this.withAdded(found)
  }

  async records(code: string): Promise<Concept[]> {
    return (await this.source.records(code)).map((concept) => this.withAdded(concept))
  }

  async children(code: string, day: string): Promise<Concept[]> {
    return (await this.source.children(code, day)).map((concept) => this.withAdded(concept))
  }

  isBelow(code: string, ancestor: string, day: string): Promise<boolean> {
    return this.source.isBelow(code, ancestor, day)
  }

  async meets(code: string, conditions: readonly Condition[], day: string): Promise<boolean | undefined> {
    return this.source.meets?.(code, conditions, day)
  }

  async search(query: ConceptQuery): Promise<ConceptPage> {
    const { concepts, total } = await this.source.search(query)
    return { concepts: concepts.map((concept) => this.withAdded(concept)), total }
  }

  async *all(): AsyncIterable<Concept> {
    for await (const concept of this.source.all()) yield this.withAdded(concept)
  }

  private withAdded(concept: Concept): Concept {
    const added = this.added.get(this.folded(concept.code))
    if (!added) return concept
    // The name that a supplement gives is another name, never the one of the system.
    const names = added.filter(({ display }) => display !== '').map(({ display }) => ({ value: display }))
    const designations = [
      ...(concept.designations ?? []),
      ...added.flatMap(({ designations }) => designations ?? []),
      ...names.filter(({ value }) => value !== concept.display),
    ]
    const properties = [...(concept.properties ?? []), ...added.flatMap(({ properties }) => properties ?? [])]
    return {
      ...concept,
      ...(designations.length > 0 ? { designations } : {}),
      ...(properties.length > 0 ? { properties } : {}),
    }
  }

  private folded(code: string): string {
    return this.edition.caseSensitive ? code : code.toLowerCase()
  }
}

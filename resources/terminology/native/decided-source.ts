import { FhirError } from '../../fhir-error.ts'
import type { Concept } from '../concept.ts'
import type { ConceptPage, ConceptQuery, ConceptSource, Condition, Edition } from '../concept-source.ts'
import { predicateOf, type Tree } from '../predicates.ts'

/** A code system of which each code can be judged, and that nobody can list: it has codes without end. */
export class DecidedSource implements ConceptSource, Tree {
  readonly edition: Edition
  readonly key: string
  private readonly decide: (code: string) => Concept | undefined

  /** `decide`: the concept of a code, undefined for what is none. `properties` are those that its concepts have. */
  constructor(
    system: string,
    name: string,
    caseSensitive: boolean,
    decide: (code: string) => Concept | undefined,
    properties: NonNullable<Edition['properties']> = [],
  ) {
    this.edition = { system, version: undefined, name, content: 'complete', caseSensitive, properties }
    this.key = `native ${system}`
    this.decide = decide
  }

  async find(code: string): Promise<Concept | undefined> {
    return this.decide(code)
  }

  async records(code: string): Promise<Concept[]> {
    return [this.decide(code)].filter((concept) => concept !== undefined)
  }

  async children(): Promise<Concept[]> {
    return []
  }

  async isBelow(): Promise<boolean> {
    return false
  }

  /** Only among codes that the conditions list: else throws `invalid` (`too-costly`). */
  async search({ conditions, day, offset, count, text }: ConceptQuery): Promise<ConceptPage> {
    const listed = listedIn(conditions)
    const exact = text === undefined ? undefined : this.decide(text.trim())
    if (!listed && !exact) {
      throw FhirError.of('invalid', `The codes of ${this.edition.system} cannot be listed: there is no end of them`, {
        code: 'too-costly',
      })
    }
    const candidates = (listed ?? [exact?.code ?? '']).flatMap((code) => this.decide(code) ?? [])
    const found = predicateOf(this, conditions, day)(candidates)
    return { concepts: found.slice(offset, offset + count), total: found.length }
  }

  async *all(): AsyncIterable<Concept> {
    yield* []
  }

  exact(code: string): string {
    return this.decide(code)?.code ?? code
  }

  childCodes(): readonly string[] {
    return []
  }

  ancestors(): ReadonlySet<string> {
    return new Set()
  }
}

/** Codes that one of the conditions lists. */
function listedIn(conditions: readonly Condition[]): readonly string[] | undefined {
  for (const condition of conditions) {
    if (condition.op === 'codes') return condition.codes
    if ('property' in condition && (condition.property === 'code' || condition.property === 'concept')) {
      if (condition.op === '=') return [condition.value]
      if (condition.op === 'in') return condition.values
    }
  }
  return undefined
}

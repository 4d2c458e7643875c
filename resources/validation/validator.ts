import type { Issue } from '../fhir-error.ts'
import { expressionOf, type Finding, type Layer, type Options, type Place, type Run } from './place.ts'
import type { CodeQuestion, CodeVerdict, Known, StructureDefinitionLike } from './question.ts'
import { checkStructure } from './structure/check.ts'
import { bodyPlace, Walk } from './walk.ts'

/** Where a validation has its knowledge from. `…Now` answers without waiting, undefined where it would have to wait. */
export interface KnownSource {
  structureNow(canonical: string): StructureDefinitionLike | null | undefined
  structure(canonical: string): Promise<StructureDefinitionLike | null>
  verdictNow(question: CodeQuestion): CodeVerdict | undefined
  verdict(question: CodeQuestion): Promise<CodeVerdict>
  target(reference: string): Promise<Readonly<Record<string, unknown>> | null>
}

/** Each round may find out that more must be known: a profile that names others. */
const MOST_ROUNDS = 20

/** Validates resources: their structure, and where that is right, all that the layers check. */
export class Validator {
  private readonly walk: Walk

  constructor(layers: readonly Layer[]) {
    this.walk = new Walk(layers)
  }

  /**
   * What is wrong with a body, or worth a word; in the order of its elements. `text` is its text. Faults of structure are told alone:
   * what has the wrong shape is not looked into.
   */
  async validate(
    value: Record<string, unknown>,
    text: Buffer | undefined,
    source: KnownSource,
    options: Options,
  ): Promise<Issue[]> {
    const faults = checkStructure(value, text)
    return faults.length > 0 ? faults : this.further(value, source, options)
  }

  /** As `validate`, of a body whose structure is right. A Bundle gives way to others between its entries. */
  async further(value: Record<string, unknown>, source: KnownSource, options: Options): Promise<Issue[]> {
    const known = new KnownSoFar(source)
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const issues = await this.once(value, known, options)
      if (!(await known.learn())) return issues
    }
    return this.once(value, known, options)
  }

  private async once(value: Record<string, unknown>, known: Known, options: Options): Promise<Issue[]> {
    const body = bodyPlace(value)
    const issues: Issue[] = []
    const run: Run = {
      body,
      known,
      options,
      report: (place, finding, member) => issues.push(issueOf(place, finding, member)),
    }
    if (body.type === 'Bundle') await this.walk.goPaced(body, run)
    else this.walk.go(body, run)
    return issues
  }
}

function issueOf(place: Place, finding: Finding, member: string | undefined): Issue {
  const path = expressionOf(place)
  return { ...finding, expression: [member === undefined ? path : `${path}.${member}`] }
}

/** What one validation knows by now, and what it has to ask for before it is carried out again. */
class KnownSoFar implements Known {
  private readonly source: KnownSource
  private readonly structures = new Map<string, StructureDefinitionLike | null>()
  private readonly verdicts = new Map<string, CodeVerdict>()
  private readonly targets = new Map<string, Readonly<Record<string, unknown>> | null>()
  private wanted: (() => Promise<void>)[] = []

  constructor(source: KnownSource) {
    this.source = source
  }

  structure(canonical: string): StructureDefinitionLike | null | undefined {
    const known = this.structures.get(canonical) ?? this.source.structureNow(canonical)
    if (known === undefined && !this.structures.has(canonical)) {
      this.wanted.push(async () => void this.structures.set(canonical, await this.source.structure(canonical)))
      return undefined
    }
    return known ?? null
  }

  verdict(question: CodeQuestion): CodeVerdict | undefined {
    const now = this.source.verdictNow(question)
    if (now) return now
    const key = JSON.stringify(question)
    const known = this.verdicts.get(key)
    if (!known) this.wanted.push(async () => void this.verdicts.set(key, await this.source.verdict(question)))
    return known
  }

  target(reference: string): Readonly<Record<string, unknown>> | null | undefined {
    const known = this.targets.get(reference)
    if (known === undefined && !this.targets.has(reference)) {
      this.wanted.push(async () => void this.targets.set(reference, await this.source.target(reference)))
    }
    return known
  }

  /** Finds out what was asked for; answers whether there was anything. */
  async learn(): Promise<boolean> {
    const { wanted } = this
    this.wanted = []
    for (const find of wanted) await find()
    return wanted.length > 0
  }
}

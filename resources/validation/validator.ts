import type { Issue } from '../fhir-error.ts'
import { Pace } from '../pace.ts'
import { Cost } from './cost.ts'
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

  /** As `validate`, of a body whose structure is right. A large one gives way to others on the way. */
  async further(value: Record<string, unknown>, source: KnownSource, options: Options): Promise<Issue[]> {
    const known = new KnownSoFar(source)
    const cost = new Cost()
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const issues = await this.once(value, known, options, cost)
      if (!(await known.learn())) return issues
    }
    return this.once(value, known, options, cost)
  }

  private async once(value: Record<string, unknown>, known: Known, options: Options, cost: Cost): Promise<Issue[]> {
    const body = bodyPlace(value)
    const told = new Told(body)
    const report: Run['report'] = (place, finding, member) => told.add(place, finding, member)
    await this.walk.goPaced(body, { body, known, options, cost, report })
    return told.all()
  }
}

/** Errors of one body that are told, and other issues: a body that has more is no better understood with all of them. */
const MOST_TOLD = 1_000

/** What is told of one body. */
class Told {
  private readonly body: Place
  private readonly issues: Issue[] = []
  private errors = 0
  private left = 0

  constructor(body: Place) {
    this.body = body
  }

  add(place: Place, finding: Finding, member: string | undefined): void {
    const isError = finding.severity === 'error' || finding.severity === 'fatal'
    const count = isError ? this.errors : this.issues.length - this.errors
    if (count >= MOST_TOLD) {
      this.left++
      return
    }
    if (isError) this.errors++
    this.issues.push(issueOf(place, finding, member))
  }

  all(): Issue[] {
    if (this.left === 0) return this.issues
    const diagnostics = `${this.left} more issues are not told.`
    const finding: Finding = { severity: 'information', code: 'incomplete', messageId: 'issues-left-out', diagnostics }
    return [...this.issues, issueOf(this.body, finding, undefined)]
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
  private wanted = new Map<string, () => Promise<void>>()

  constructor(source: KnownSource) {
    this.source = source
  }

  structure(canonical: string): StructureDefinitionLike | null | undefined {
    const known = this.structures.get(canonical) ?? this.source.structureNow(canonical)
    if (known === undefined && !this.structures.has(canonical)) {
      this.want(
        `structure ${canonical}`,
        async () => void this.structures.set(canonical, await this.source.structure(canonical)),
      )
      return undefined
    }
    return known ?? null
  }

  verdict(question: CodeQuestion): CodeVerdict | undefined {
    const now = this.source.verdictNow(question)
    if (now) return now
    const key = JSON.stringify(question)
    const known = this.verdicts.get(key)
    if (!known)
      this.want(`verdict ${key}`, async () => void this.verdicts.set(key, await this.source.verdict(question)))
    return known
  }

  target(reference: string): Readonly<Record<string, unknown>> | null | undefined {
    const known = this.targets.get(reference)
    if (known === undefined && !this.targets.has(reference)) {
      this.want(
        `target ${reference}`,
        async () => void this.targets.set(reference, await this.source.target(reference)),
      )
    }
    return known
  }

  /** What is asked for at many places is found out once. */
  private want(key: string, find: () => Promise<void>): void {
    if (!this.wanted.has(key)) this.wanted.set(key, find)
  }

  /** Finds out what was asked for; answers whether there was anything. */
  async learn(): Promise<boolean> {
    const { wanted } = this
    this.wanted = new Map()
    const pace = new Pace()
    for (const find of wanted.values()) {
      await find()
      if (pace.due) await pace.rest()
    }
    return wanted.size > 0
  }
}

import type { Canonicals } from '../conformance/canonicals.ts'
import { canonicalParts } from '../conformance/canonicals.ts'
import { FhirError } from '../fhir-error.ts'
import type { AskedCoding, CodeQuestion, CodeVerdict } from '../validation/question.ts'
import type {
  ClosurePair,
  ExpandQuestion,
  FindMatchesQuestion,
  LookupAnswer,
  LookupQuestion,
  Meant,
  Resource,
  SubsumesQuestion,
  Subsumption,
  TranslateAnswer,
  TranslateQuestion,
  ValidateCodeAnswer,
  ValidateCodeQuestion,
} from './answers.ts'
import { closurePairs } from './closure.ts'
import { expansionOf } from './compose/expand.ts'
import { implicitSet } from './compose/implicit.ts'
import { type Pinned, Resolving } from './compose/resolve.ts'
import type { ResolvedSet } from './compose/resolved.ts'
import type { SourceOpener } from './concept-source.ts'
import { localToday } from './days.ts'
import { type FoundMatch, matchesOf } from './find-matches.ts'
import { type Held, judge } from './judged.ts'
import { lookUp } from './lookup.ts'
import { pinnedBy, unpinned } from './pinned.ts'
import { subsumption } from './subsumes.ts'
import { type Opened, Systems } from './systems.ts'
import { translation } from './translate/translate.ts'
import { answerOf, verdictOf } from './validate-code.ts'
import { Verdicts } from './verdicts.ts'

/** What terminology is made of. `external`: code systems that are held elsewhere. `today`: the day it is (`2026-09-30`). */
export interface TerminologyParts {
  canonicals: Canonicals
  concepts?: SourceOpener | undefined
  external?: SourceOpener | undefined
  today?: () => string
}

/**
 * Code systems, value sets and maps of all sources, by R4's operations. A question without a `day` is about the version
 * it names, else about today. All methods throw `not-found` for a definition that is not held, and `invalid` or `unprocessable` for
 * what cannot be carried out (`too-costly`, `not-supported`).
 */
export class Terminology {
  private readonly parts: TerminologyParts
  private readonly systems: Systems
  private readonly verdicts: Verdicts
  private readonly today: () => string

  constructor(parts: TerminologyParts) {
    this.parts = parts
    this.today = parts.today ?? localToday
    const { canonicals, concepts, external } = parts
    this.systems = new Systems({ canonicals, concepts, external }, this.today)
    this.verdicts = new Verdicts(() => this.stamp())
  }

  /** Another value whenever an answer may be another than before. */
  async stamp(): Promise<string> {
    const { canonicals, concepts, external } = this.parts
    const stamps = await Promise.all([canonicals.stamp(), concepts?.stamp(), external?.stamp()])
    return stamps.join(' ')
  }

  /** R4 CodeSystem/$lookup. */
  async lookup(question: LookupQuestion): Promise<LookupAnswer> {
    return lookUp(await this.system(question), question)
  }

  /** R4 $validate-code of CodeSystem and ValueSet. */
  async validateCode(question: ValidateCodeQuestion): Promise<ValidateCodeAnswer> {
    const { valueSet, system, codings, day } = question
    const set = valueSet && (await this.requiredSet(valueSet, unpinned(day)))
    const held = await this.held(set, system, day)
    const asked = system?.url ?? (system?.resource as { url?: string } | undefined)?.url
    const judged = []
    for (const coding of codings) {
      judged.push(await judge(held, question, asked === undefined ? coding : { ...coding, system: asked }))
    }
    return answerOf(judged, question)
  }

  /** R4 CodeSystem/$subsumes. */
  async subsumes(question: SubsumesQuestion): Promise<Subsumption> {
    return subsumption(await this.system(question), question.codeA, question.codeB)
  }

  /** R4 ValueSet/$expand: the value set with its expansion. */
  async expand(question: ExpandQuestion): Promise<Resource> {
    const set = await this.requiredSet(question.valueSet, pinnedBy(question))
    return expansionOf(set, await this.definition(question.valueSet), question)
  }

  /** R4 ConceptMap/$translate. */
  async translate(question: TranslateQuestion): Promise<TranslateAnswer> {
    return translation(this.parts.canonicals, question)
  }

  /** R4 ConceptMap/$closure: the pairs that `added` brings to a table of the concepts `known`. */
  async closure(known: readonly AskedCoding[], added: readonly AskedCoding[], day?: string): Promise<ClosurePair[]> {
    return closurePairs(known, added, (system, version) => this.systems.open(system, version, day))
  }

  /** R4 CodeSystem/$find-matches. */
  async findMatches(question: FindMatchesQuestion): Promise<FoundMatch[]> {
    return matchesOf(await this.system(question), question)
  }

  /** What a validation asks. Nothing that is not held makes it fail: it is `unknown` then. */
  verdict(question: CodeQuestion, day: string): Promise<CodeVerdict> {
    return this.verdicts.of(question, day, () => this.decide(question, day))
  }

  /** As `verdict`, where it is known without waiting; undefined where it is not. */
  verdictNow(question: CodeQuestion, day: string): CodeVerdict | undefined {
    return this.verdicts.now(question, day)
  }

  private async decide(question: CodeQuestion, day: string): Promise<CodeVerdict> {
    const { url, version } = canonicalParts(question.valueSet ?? '')
    const named = { url, ...(version === undefined ? {} : { version }) }
    const set = question.valueSet === undefined ? undefined : await this.set(named, unpinned(day))
    if (question.valueSet !== undefined && !set) {
      return { result: 'unknown', message: `The value set ${question.valueSet} is not held here`, faults: [] }
    }
    const held = await this.held(set, undefined, day)
    const judged = []
    for (const coding of question.codings) {
      judged.push(await judge(held, { inferSystem: question.inferSystem === true, lenientDisplay: true }, coding))
    }
    return verdictOf(question, judged)
  }

  private async held(set: ResolvedSet | undefined, system: Meant | undefined, day: string | undefined): Promise<Held> {
    const inline = system?.resource && this.systems.opened(system.resource, day)
    return {
      set,
      open: async (url, version) => inline ?? this.systems.open(url, version ?? system?.version, day),
      isValueSet: async (url) => (await this.parts.canonicals.find('ValueSet', url)) !== undefined,
    }
  }

  private async system(asked: {
    system: string
    version?: string
    resource?: Resource
    day?: string
  }): Promise<Opened> {
    if (asked.resource) return this.systems.opened(asked.resource, asked.day)
    const opened = await this.systems.open(asked.system, asked.version, asked.day)
    if (opened) return opened
    const version = asked.version === undefined ? '' : ` ${asked.version}`
    throw FhirError.of('not-found', `The code system ${asked.system}${version} is not held here`)
  }

  private set(meant: Meant, pinned: Pinned): Promise<ResolvedSet | undefined> {
    return new Resolving(this.parts.canonicals, this.systems, pinned).set(meant)
  }

  private async requiredSet(meant: Meant, pinned: Pinned): Promise<ResolvedSet> {
    const set = await this.set(meant, pinned)
    if (set) return set
    throw FhirError.of('not-found', `The value set ${meant.url} is not held here`)
  }

  private async definition({ url = '', version, resource }: Meant): Promise<Resource> {
    const held = resource ?? (await this.parts.canonicals.find('ValueSet', url, version))?.resource
    return held ?? (await implicitSet(url, this.systems)) ?? { resourceType: 'ValueSet', url }
  }
}

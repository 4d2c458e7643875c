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
import type { Pinned } from './compose/resolve.ts'
import type { ResolvedSet } from './compose/resolved.ts'
import type { SourceOpener } from './concept-source.ts'
import { Current, type Kept } from './current.ts'
import { localToday } from './days.ts'
import { type FoundMatch, matchesOf } from './find-matches.ts'
import { type Held, judgeAll } from './judged.ts'
import { lookUp } from './lookup.ts'
import { setNotHeld, systemNotHeld } from './not-held.ts'
import { pinnedBy, unpinned } from './pinned.ts'
import { subsumption } from './subsumes.ts'
import { type Opened, ReadSystems } from './systems.ts'
import { translation } from './translate/translate.ts'
import { answerOf, verdictOf } from './validate-code.ts'
import { keepTable, keepVerdict, knownVerdict } from './verdicts.ts'

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
  private readonly current: Current

  private readonly read: ReadSystems

  /** `read`: what another one has read of the same definitions. */
  constructor(parts: TerminologyParts, read: ReadSystems = new ReadSystems()) {
    this.parts = parts
    this.read = read
    const { canonicals, concepts, external, today = localToday } = parts
    this.current = new Current({ canonicals, concepts, external }, today, () => this.stamp(), read)
  }

  /** The same for someone who sees other definitions. Cheap: what was read of those that both see is not read again. */
  seenBy(canonicals: Canonicals): Terminology {
    return new Terminology({ ...this.parts, canonicals }, this.read)
  }

  /** Another value whenever an answer may be another than before. */
  async stamp(): Promise<string> {
    const { canonicals, concepts, external } = this.parts
    const stamps = await Promise.all([canonicals.stamp(), concepts?.stamp(), external?.stamp()])
    return stamps.join(' ')
  }

  /** Looks whether definitions have changed: what `verdictNow` answers in the next second is as they are now. */
  async refresh(): Promise<void> {
    await this.current.now()
  }

  /** R4 CodeSystem/$lookup. */
  async lookup(question: LookupQuestion): Promise<LookupAnswer> {
    return lookUp(await this.system(question), question)
  }

  /** R4 $validate-code of CodeSystem and ValueSet. */
  async validateCode(question: ValidateCodeQuestion): Promise<ValidateCodeAnswer> {
    const { valueSet, system, codings, day } = question
    const kept = await this.current.now()
    const setOn = async (on: string | undefined) => {
      return valueSet && (await this.requiredSet(kept, valueSet, unpinned(day ?? on)))
    }
    const held = { ...this.held(kept, system, day), set: await setOn(undefined), setOn }
    return answerOf(await judgeAll(held, question, codings), question)
  }

  /** R4 CodeSystem/$subsumes. */
  async subsumes(question: SubsumesQuestion): Promise<Subsumption> {
    return subsumption(await this.system(question), question.codeA, question.codeB)
  }

  /** R4 ValueSet/$expand: the value set with its expansion. */
  async expand(question: ExpandQuestion): Promise<Resource> {
    const kept = await this.current.now()
    const set = await this.requiredSet(kept, question.valueSet, pinnedBy(question))
    return expansionOf(set, await this.definition(kept, question.valueSet), question)
  }

  /** R4 ConceptMap/$translate. */
  async translate(question: TranslateQuestion): Promise<TranslateAnswer> {
    return translation(this.parts.canonicals, question)
  }

  /** R4 ConceptMap/$closure: the pairs that `added` brings to a table of the concepts `known`. */
  async closure(known: readonly AskedCoding[], added: readonly AskedCoding[], day?: string): Promise<ClosurePair[]> {
    const { systems } = await this.current.now()
    return closurePairs(known, added, (system, version) => systems.open(system, version, day))
  }

  /** R4 CodeSystem/$find-matches. */
  async findMatches(question: FindMatchesQuestion): Promise<FoundMatch[]> {
    return matchesOf(await this.system(question), question)
  }

  /** What a validation asks. Nothing that is not held makes it fail: it is `unknown` then. */
  async verdict(question: CodeQuestion, day: string): Promise<CodeVerdict> {
    const kept = await this.current.now()
    const known = knownVerdict(kept, question, day)
    if (known) return known
    const verdict = await this.decide(kept, question, day).then((said) => ({ said, kept: true }), unknownFor)
    // What is away may be back at any time.
    if (verdict.kept) keepVerdict(kept, question, day, verdict.said)
    await keepTable(kept, question, day).catch(unknownFor)
    return verdict.said
  }

  /** As `verdict`, where it is known without waiting (it is as old as a second then); undefined where it is not. */
  verdictNow(question: CodeQuestion, day: string): CodeVerdict | undefined {
    const kept = this.current.justNow()
    return kept && knownVerdict(kept, question, day)
  }

  private async decide(kept: Kept, question: CodeQuestion, day: string): Promise<CodeVerdict> {
    const { valueSet, codings, inferSystem = false } = question
    const { url, version } = canonicalParts(valueSet ?? '')
    const setOn = async (on = day) => (valueSet === undefined ? undefined : await kept.usualSet(url, version, on))
    const set = await setOn()
    if (valueSet !== undefined && !set) {
      return { result: 'unknown', message: `The value set ${valueSet} is not held here`, faults: [] }
    }
    const { isValueSet } = this.held(kept, undefined, day)
    const open: Held['open'] = (system, version) => kept.systems.openFor(system, version, day)
    const held = { system: undefined, set, setOn, open, isValueSet }
    return verdictOf(question, await judgeAll(held, { inferSystem, lenientDisplay: true }, codings))
  }

  private held(kept: Kept, system: Meant | undefined, day: string | undefined): Omit<Held, 'set' | 'setOn'> {
    const inline = system?.resource && kept.systems.opened(system.resource, day)
    return {
      system: system?.url ?? inline?.source.edition.system,
      open: async (url, version) => inline ?? kept.systems.open(url, version ?? system?.version, day),
      isValueSet: async (url) => (await this.parts.canonicals.find('ValueSet', url)) !== undefined,
    }
  }

  private async system(asked: {
    system: string
    version?: string
    resource?: Resource
    day?: string
  }): Promise<Opened> {
    const { systems } = await this.current.now()
    if (asked.resource) return systems.opened(asked.resource, asked.day)
    const opened = await systems.open(asked.system, asked.version, asked.day)
    if (opened) return opened
    const other = asked.version === undefined ? undefined : await systems.open(asked.system, undefined, undefined)
    throw systemNotHeld(asked, other)
  }

  private async requiredSet(kept: Kept, meant: Meant, pinned: Pinned): Promise<ResolvedSet> {
    const { url, version, resource } = meant
    const usual = !resource && url !== undefined && pinned.usual
    const set = usual ? await kept.usualSet(url, version, pinned.day) : await kept.set(meant, pinned)
    if (set) return set
    const other = version !== undefined && (await kept.usualSet(url ?? '', undefined, pinned.day)) !== undefined
    throw setNotHeld(meant, other)
  }

  private async definition(kept: Kept, { url = '', version, resource }: Meant): Promise<Resource> {
    const held = resource ?? (await this.parts.canonicals.find('ValueSet', url, version))?.resource
    return held ?? (await implicitSet(url, kept.systems)) ?? { resourceType: 'ValueSet', url }
  }
}

/** A value set that cannot be carried out, or a server elsewhere that is away, is no fault of the code. */
function unknownFor(error: unknown): { said: CodeVerdict; kept: boolean } {
  if (!(error instanceof FhirError)) throw error
  const message = error.issues[0]?.diagnostics ?? 'not checked'
  const kept = error.kind !== 'unavailable' && error.kind !== 'timeout'
  return { said: { result: 'unknown', message, faults: [] }, kept }
}

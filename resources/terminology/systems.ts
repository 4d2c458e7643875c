import { type Canonical, type Canonicals, canonicalParts } from '../conformance/canonicals.ts'
import { Pace } from '../pace.ts'
import type { Resource } from './answers.ts'
import type { Concept } from './concept.ts'
import type { ConceptSource, SourceOpener } from './concept-source.ts'
import { dayIn } from './days.ts'
import { nativeSource } from './native/native.ts'
import { Recent } from './recent.ts'
import { SupplementedSource } from './supplemented.ts'
import { type CodeSystemLike, MOST_CONCEPTS, recordsOf } from './system-records.ts'
import { checkCodeSystem, SystemSource } from './system-source.ts'

/** A code system that was opened, and the day on which its codes are looked at. */
export interface Opened {
  source: ConceptSource
  day: string
}

/** Whether a version stands for a stretch of days of the code system. */
export function isPeriod({ source }: Opened, version: string | undefined): boolean {
  return version !== undefined && source.edition.periods?.some((period) => period.version === version) === true
}

/** Where code systems come from, in this order of precedence. */
export interface SystemParts {
  concepts: SourceOpener | undefined
  canonicals: Canonicals
  external: SourceOpener | undefined
}

/** Records of CodeSystem resources that are kept: some 300 bytes each. */
const MOST_RECORDS = 400_000

/** Names of code systems by what they point at are kept for so many definitions. */
const MOST_SUMMARIES = 50_000

interface Summary {
  url: string
  version: string | undefined
  valueSet: string | undefined
  supplements: string | undefined
}

/** What was read of CodeSystem resources, by the keys of these: it stays right when others change. */
export class ReadSystems {
  readonly sources = new Recent<SystemSource>(MOST_RECORDS, MOST_CONCEPTS + 1)
  readonly summaries = new Recent<Summary>(MOST_SUMMARIES)
}

/** Opens code systems by their urls: of the concept store, of CodeSystem resources, those that need none, and of elsewhere. */
export class Systems {
  private readonly parts: SystemParts
  private readonly today: string
  private readonly read: ReadSystems
  private readonly sources = new Recent<ConceptSource>(MOST_RECORDS, MOST_CONCEPTS + 1)
  private pointers: Promise<readonly Summary[]> | undefined

  /** For as long as what it finds is the same: `today` and the stamps of the parts. */
  constructor(parts: SystemParts, today: string, read: ReadSystems) {
    this.parts = parts
    this.today = today
    this.read = read
  }

  /** Undefined where it is not held. `day`: that which was asked for; else the version says it, or it is today. */
  async open(system: string, version: string | undefined, day: string | undefined): Promise<Opened | undefined> {
    const name = `${system}|${version ?? ''}`
    const source = this.sources.get(name) ?? (await this.source(system, version))
    if (!source) return undefined
    this.sources.set(name, source, source instanceof SystemSource ? source.size + 1 : 1)
    return { source, day: day ?? dayIn(source.edition, version, this.today) }
  }

  /** As `open`; a version that stands for a stretch of days goes before the day. */
  async openFor(system: string, version: string | undefined, day: string): Promise<Opened | undefined> {
    const opened = await this.open(system, version, undefined)
    return opened && { ...opened, day: isPeriod(opened, version) ? opened.day : day }
  }

  /** Of a CodeSystem that stands in the question. */
  opened(resource: Resource, day: string | undefined): Opened {
    checkCodeSystem(resource)
    const source = SystemSource.of(resource, 'inline')
    return { source, day: day ?? this.today }
  }

  /** The code system whose codes are all in the value set of this canonical (R4 CodeSystem.valueSet); undefined for none. */
  async ofAllCodes(valueSet: string): Promise<string | undefined> {
    return (await this.summed()).find(
      (one) => one.valueSet !== undefined && canonicalParts(one.valueSet).url === valueSet,
    )?.url
  }

  private async source(system: string, version: string | undefined): Promise<ConceptSource | undefined> {
    const loaded = await this.parts.concepts?.open(system, version)
    if (loaded) return this.supplemented(loaded)
    const canonical = await this.parts.canonicals.find('CodeSystem', system, version)
    const { content } = (canonical?.resource ?? {}) as CodeSystemLike
    if (canonical && content !== 'not-present' && content !== 'supplement') {
      return this.supplemented(this.ofResource(canonical))
    }
    const native = nativeSource(system)
    if (native) return native
    const far = await this.parts.external?.open(system, version)
    return far && this.supplemented(far)
  }

  private ofResource({ key, resource }: Canonical): SystemSource {
    const known = this.read.sources.get(key)
    if (known) return known
    const made = SystemSource.of(resource, key)
    this.read.sources.set(key, made, made.size + 1)
    return made
  }

  private async supplemented(source: ConceptSource): Promise<ConceptSource> {
    const { system, version } = source.edition
    const mine = (await this.summed()).filter(({ supplements }) => {
      if (supplements === undefined) return false
      const parts = canonicalParts(supplements)
      return parts.url === system && (parts.version === undefined || parts.version === version)
    })
    const found = await Promise.all(mine.map(({ url, version }) => this.supplement(url, version)))
    const supplements = found.filter((one) => one !== undefined)
    return supplements.length === 0 ? source : new SupplementedSource(source, supplements)
  }

  private async supplement(
    url: string,
    version: string | undefined,
  ): Promise<{ key: string; records: readonly Concept[] } | undefined> {
    const canonical = await this.parts.canonicals.find('CodeSystem', url, version)
    return canonical && { key: canonical.key, records: recordsOf(canonical.resource) }
  }

  /** What every CodeSystem points at. */
  private summed(): Promise<readonly Summary[]> {
    this.pointers ??= this.sum()
    return this.pointers
  }

  private async sum(): Promise<readonly Summary[]> {
    const { canonicals } = this.parts
    const all: Summary[] = []
    const pace = new Pace()
    for (const { url, version, key } of await canonicals.list('CodeSystem')) {
      const summary = this.read.summaries.get(key) ?? summaryOf(await canonicals.find('CodeSystem', url, version))
      if (pace.due) await pace.rest()
      if (!summary) continue
      this.read.summaries.set(key, summary)
      if (summary.valueSet !== undefined || summary.supplements !== undefined) all.push(summary)
    }
    return all
  }
}

function summaryOf(canonical: Canonical | undefined): Summary | undefined {
  if (!canonical) return undefined
  const { valueSet, content, supplements } = canonical.resource as CodeSystemLike
  return {
    url: canonical.url,
    version: canonical.version,
    valueSet,
    supplements: content === 'supplement' ? supplements : undefined,
  }
}

import { type Access, withholds } from '../../auth/access.ts'
import { dayOf } from '../../him/privacy/screen/clock.ts'
import type { Canonicals } from '../../resources/conformance/canonicals.ts'
import { LayeredCanonicals } from '../../resources/conformance/layered.ts'
import { PackagedCanonicals } from '../../resources/conformance/packaged.ts'
import { r4Canonicals } from '../../resources/conformance/r4.ts'
import { UnrivalledCanonicals } from '../../resources/conformance/unrivalled.ts'
import type { Change, Store } from '../../resources/store/port.ts'
import type { SourceOpener } from '../../resources/terminology/concept-source.ts'
import { Recent } from '../../resources/terminology/recent.ts'
import { Terminology } from '../../resources/terminology/terminology.ts'
import type { Zone } from '../../resources/zone.ts'
import type { Expression } from '../../search/expression.ts'
import { type Restriction, restrictionOf, type Searcher } from '../../search/searcher.ts'
import type { Config } from '../config.ts'
import type { Knowledge } from '../knowledge.ts'
import { externalTerminology } from '../terminology/external.ts'
import { DEFINITIONS, StoredCanonicals } from './stored-canonicals.ts'
import { Structures } from './structures.ts'

/** Views of callers who see different definitions that are kept; of each the caches are its own. */
const VIEWS = 8

/** Definitions and codes as somebody sees them. */
export interface View {
  canonicals: Canonicals
  structures: Structures
  terminology: Terminology
}

/** Where definitions and codes come from. */
interface Sources {
  stored: StoredCanonicals
  packaged: Canonicals
  /** Concepts of large code systems. */
  concepts?: SourceOpener | undefined
  /** Code systems that are held elsewhere. */
  external?: SourceOpener | undefined
  zone: Zone
}

/** The store, and what is kept beside it. */
export interface DefinitionsPlace {
  store: Store
  searcher: Searcher
  baseUrl: string
  knowledge: Pick<Knowledge, 'packages' | 'concepts'>
  config: Pick<Config, 'zone' | 'terminologyServers'>
}

/** All definitions and codes that the server knows: stored ones, save under R4's own canonicals, come before those of packages, these before R4's own. */
export class Definitions {
  /** As the server itself sees them. */
  readonly own: View
  private readonly sources: Sources
  private readonly views = new Recent<View>(VIEWS)

  private constructor(sources: Sources) {
    this.sources = sources
    this.own = this.viewOf(sources.stored.as())
  }

  static open({ store, searcher, baseUrl, knowledge, config }: DefinitionsPlace): Definitions {
    const stored = new StoredCanonicals(searcher, baseUrl)
    stored.follow(store)
    const { packages, concepts } = knowledge
    const external = externalTerminology(config)
    return new Definitions({
      stored,
      packaged: new PackagedCanonicals(packages),
      concepts,
      external,
      zone: config.zone,
    })
  }

  /** Takes note of what a commit of this process wrote. */
  committed(changes: readonly Change[]): void {
    this.sources.stored.committed(changes)
  }

  close(): Promise<void> {
    return this.sources.stored.close()
  }

  /** The day that it is (`2026-09-30`) by the server's zone. */
  today(): string {
    return dayOf(Date.now(), this.sources.zone).name
  }

  /** As a caller sees them: of the stored ones those that the caller may search, and of which nothing is withheld. */
  of(access: Access): View {
    const byType: Record<string, Expression> = Object.fromEntries(
      DEFINITIONS.map((type) => [type, wholly(access, type)]),
    )
    if (Object.values(byType).every(({ kind }) => kind === 'all')) return this.own
    const key = JSON.stringify(byType)
    const known = this.views.get(key)
    if (known) return known
    // What the restriction leads to on its way is the caller's matter too.
    const restriction: Restriction = { ...access.may.s, byType: { ...access.may.s.byType, ...byType } }
    const view = this.viewOf(this.sources.stored.as(restriction))
    this.views.set(key, view)
    return view
  }

  private viewOf(stored: Canonicals): View {
    const { packaged, concepts, external } = this.sources
    const changes = () => this.sources.stored.generation
    const canonicals = new LayeredCanonicals([new UnrivalledCanonicals(stored, r4Canonicals), packaged, r4Canonicals])
    const terminology = new Terminology({ canonicals, concepts, external, today: () => this.today() })
    return { canonicals, structures: new Structures(canonicals, changes), terminology }
  }
}

function wholly(access: Access, type: string): Expression {
  return withholds(access, type) ? { kind: 'none' } : restrictionOf(access.may.s, type)
}

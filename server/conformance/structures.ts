import { type Canonicals, canonicalParts } from '../../resources/conformance/canonicals.ts'
import { Recent } from '../../resources/terminology/recent.ts'
import { withSnapshot } from '../../resources/validation/profiles/snapshot.ts'
import type { StructureDefinitionLike } from '../../resources/validation/question.ts'

/** Elements of all snapshots that are kept. */
const KEPT = 200_000

/** ms for which nobody looks again whether definitions have changed. */
const FRESH = 1_000

/** What is known of a canonical: a structure, or that it is nowhere. */
interface Known {
  structure: StructureDefinitionLike | null
}

/** StructureDefinitions with their snapshots, for as long as definitions are the same. */
export class Structures {
  private readonly canonicals: Canonicals
  private readonly kept = new Recent<Known>(KEPT)
  private stamp = ''
  private lookedAt = Number.NEGATIVE_INFINITY
  private writes = -1
  private readonly writesNow: () => number

  /** `writesNow` counts what this process has written of definitions: that is known at once. */
  constructor(canonicals: Canonicals, writesNow: () => number) {
    this.canonicals = canonicals
    this.writesNow = writesNow
  }

  /** Drops what is kept where definitions have changed. What `now` tells is as old as this. */
  async refresh(): Promise<void> {
    const writes = this.writesNow()
    if (writes === this.writes && performance.now() - this.lookedAt < FRESH) return
    this.writes = writes
    const stamp = await this.canonicals.stamp()
    if (stamp !== this.stamp) this.kept.clear()
    this.stamp = stamp
    this.lookedAt = performance.now()
  }

  /** What is known without waiting; undefined where one has to ask. */
  now(canonical: string): StructureDefinitionLike | null | undefined {
    return this.kept.get(canonical)?.structure
  }

  /** The structure that a canonical names, null where it is not held or no snapshot of it can be made. */
  async of(canonical: string): Promise<StructureDefinitionLike | null> {
    const known = this.now(canonical)
    if (known !== undefined) return known
    const { stamp } = this
    const found = await this.find(canonical)
    const structure = found ? ((await withSnapshot(found, (other) => this.find(other))) ?? found) : null
    if (stamp === this.stamp) this.kept.set(canonical, { structure }, weightOf(structure))
    return structure
  }

  private async find(canonical: string): Promise<StructureDefinitionLike | null> {
    const { url, version } = canonicalParts(canonical)
    const found = await this.canonicals.find('StructureDefinition', url, version)
    return (found?.resource as StructureDefinitionLike | undefined) ?? null
  }
}

function weightOf(structure: StructureDefinitionLike | null): number {
  return 1 + (structure?.snapshot?.element.length ?? 0)
}

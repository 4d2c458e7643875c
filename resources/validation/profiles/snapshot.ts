import type { ElementDefinition } from '@medplum/fhirtypes'
import type { StructureDefinitionLike } from '../question.ts'
import { snapshotOf } from './element.ts'
import { apply } from './snapshot/apply.ts'
import { inherited } from './snapshot/merge.ts'
import { copyOf, elementsOf, treeOf } from './snapshot/tree.ts'

/** Gives definitions as they are held, with or without a snapshot; `canonical` may have a version. */
export type FindStructure = (canonical: string) => Promise<StructureDefinitionLike | null | undefined>

/** Profiles of profiles that are followed: what is deeper is a mistake. */
const MOST_DEPTH = 30

/**
 * A structure with its snapshot: itself where it has one, else a copy with one that is made of its differential and the
 * snapshot of its base (R4 profiling.html, snapshot). Undefined where none can be made: the base is not held, is based on
 * the structure itself, or what comes out is too large.
 */
export function withSnapshot(
  structure: StructureDefinitionLike,
  find: FindStructure,
): Promise<StructureDefinitionLike | undefined> {
  return new Maker(find).make(structure, [])
}

class Maker {
  private readonly find: FindStructure
  private readonly done = new Map<string, StructureDefinitionLike | undefined>()

  constructor(find: FindStructure) {
    this.find = find
  }

  /** `around` are those that wait for this one. */
  async make(
    structure: StructureDefinitionLike,
    around: readonly string[],
  ): Promise<StructureDefinitionLike | undefined> {
    if (snapshotOf(structure).length > 0) return structure
    if (around.includes(structure.url) || around.length >= MOST_DEPTH || !structure.baseDefinition) return undefined
    const waiting = [...around, structure.url]
    const made = (canonical: string) => this.named(canonical, waiting)
    const base = await made(structure.baseDefinition)
    const pristine = base && treeOf(snapshotOf(base).map((element) => inherited(element, base.url)))
    const tree = pristine && copyOf(pristine)
    if (!tree) return undefined
    const specialization = structure.derivation === 'specialization'
    if (specialization) tree.name = structure.type.slice(structure.type.lastIndexOf('/') + 1)
    const differential = (structure.differential?.element ?? []) as readonly ElementDefinition[]
    if (!(await apply(tree, differential, specialization, made))) return undefined
    return { ...structure, snapshot: { element: elementsOf(tree) } }
  }

  private async named(canonical: string, around: readonly string[]): Promise<StructureDefinitionLike | undefined> {
    if (this.done.has(canonical)) return this.done.get(canonical)
    const structure = await this.find(canonical)
    const made = structure ? await this.make(structure, around) : undefined
    // What is not made only because it is waited for may be made for another.
    if (made) this.done.set(canonical, made)
    return made
  }
}

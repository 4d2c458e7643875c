import type { Definition } from './loader.ts'
import { definitionHead } from './value-sets.ts'

/** One code and what it is mapped to (R4 ConceptMap.group.element). */
export interface MapElement {
  code: string
  target: readonly {
    code: string
    equivalence: string
    display?: string
    comment?: string
    product?: readonly { property: string; system: string; value: string }[]
  }[]
}

/** A map between two code systems. */
export function conceptMap(
  head: { id: string; title: string; version: string },
  { source, target, targetVersion }: { source: string; target: string; targetVersion?: string },
  elements: readonly MapElement[],
): Definition {
  return {
    resourceType: 'ConceptMap',
    ...definitionHead('ConceptMap', head),
    group: [{ source, target, ...(targetVersion === undefined ? {} : { targetVersion }), element: elements }],
  }
}

import type { ConceptProperty } from '../../concept.ts'

/** What notes of the tabular list are named, as properties. Inclusion terms are names of the concept besides. */
export const NOTES = [
  'includes',
  'excludes1',
  'excludes2',
  'codeFirst',
  'useAdditional',
  'codeAlso',
  'notes',
  'sevenChrNote',
  'sevenChrDef',
] as const

export type NoteKind = (typeof NOTES)[number]

/** What the tabular list says of a chapter, a block or a code. */
export interface Tabular {
  code: string
  kind: 'chapter' | 'block' | 'code'
  parent?: string
  title: string
  inclusionTerms: readonly string[]
  properties: readonly ConceptProperty[]
}

/** The tabular list of a year. */
export interface TabularList {
  /** `FY2026` */
  version: string
  entries: ReadonlyMap<string, Tabular>
  /** Elements that say nothing that is kept, and how many there are. */
  leftOut: ReadonlyMap<string, number>
}

/** A note as a property. */
export function note(kind: NoteKind, value: string): ConceptProperty {
  return { code: kind, type: 'string', value }
}

/** Ids of blocks of one category are those of the category: `B10-B10` is the block `B10`. */
export function blockCode(id: string): string {
  return id.includes('-') ? id : `${id}-${id}`
}

/** A title without the codes in brackets that stand at its end. */
export function bareTitle(title: string): string {
  return title.replace(/\s*\([A-Z][0-9A-Z]{2}(-[A-Z][0-9A-Z]{2})?\)$/, '')
}

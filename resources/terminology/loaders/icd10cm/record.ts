import type { Concept, ConceptProperty, Designation } from '../../concept.ts'
import { DESIGNATION_USE } from '../systems.ts'
import { inRank } from './known-properties.ts'
import type { Tabular, TabularList } from './notes.ts'
import type { YearCode } from './year-code.ts'

/** What a record of a code is made of. */
export interface Parts {
  listed: Omit<YearCode, 'title'> & { title: string | undefined }
  from?: string
  to?: string
  notes?: { entry: Tabular; version: string } | undefined
  properties: readonly ConceptProperty[]
}

/** A record of a code; its effective days are put in later (`effective.ts`). */
export function recordOf({ listed, from, to, notes, properties }: Parts): Concept {
  const { code, title, billable, parent, chapter, block, short } = listed
  const designations = [
    ...(short === undefined ? [] : [designation('short-title', short)]),
    ...(notes?.entry.inclusionTerms ?? []).map((term) => designation('inclusion-term', term)),
  ]
  const all: ConceptProperty[] = [{ code: 'billable', type: 'boolean', value: billable }]
  if (title === undefined) all.push({ code: 'untitled', type: 'boolean', value: true })
  if (chapter !== undefined) all.push({ code: 'chapter', type: 'code', value: chapter })
  if (block !== undefined) all.push({ code: 'block', type: 'code', value: block })
  all.push(...properties, ...noteProperties(notes))
  return {
    code,
    display: title ?? code,
    ...(designations.length > 0 ? { designations } : {}),
    properties: inRank(all),
    ...(parent === undefined ? {} : { parents: [parent] }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  }
}

/** Chapters and blocks of a tabular list, which are there for their place in the tree. They hold from `from` on. */
export function* treeRecords({ entries, version }: TabularList, from?: string): Generator<Concept> {
  const above = [...entries.values()].filter(({ kind }) => kind !== 'code')
  for (const entry of above) {
    const properties = noteProperties({ entry, version })
    yield {
      code: entry.code,
      display: entry.title,
      properties: [{ code: 'kind', type: 'code', value: entry.kind }, ...properties],
      ...(entry.parent === undefined ? {} : { parents: [entry.parent] }),
      ...(from === undefined ? {} : { from }),
      abstract: true,
    }
  }
}

/** Notes of a code, and of which year they are. */
export function noteProperties(notes: Parts['notes']): ConceptProperty[] {
  if (!notes || notes.entry.properties.length === 0) return []
  return [...notes.entry.properties, { code: 'notesVersion', type: 'string', value: notes.version }]
}

function designation(use: string, value: string): Designation {
  return { value, language: 'en', use: { system: DESIGNATION_USE, code: use } }
}

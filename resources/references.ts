import { resourceTypes } from './definitions/definitions.ts'

/** Form of a logical id (R4 datatypes, id). */
export const ID_PATTERN = /^[A-Za-z0-9\-.]{1,64}$/

/** What the text of Reference.reference may be (R4 references.html). */
export type ParsedReference =
  | { kind: 'relative'; type: string; id: string; version: string | undefined }
  /** An absolute URL with the RESTful form `[root]/Type/id`; `root` ends in `/`. */
  | { kind: 'absolute'; root: string; type: string; id: string; version: string | undefined }
  | { kind: 'conditional'; type: string; query: string }
  | { kind: 'urn' | 'fragment' | 'other' }

const RESTFUL =
  /^(?<root>https?:\/\/[^?#]*\/)?(?<type>[A-Z][A-Za-z]+)\/(?<id>[A-Za-z0-9\-.]{1,64})(?:\/_history\/(?<version>[A-Za-z0-9\-.]{1,64}))?$/

/** Tells what kind of reference a text is, with its parts. Types that R4 does not have make it `other`. */
export function parseReference(text: string): ParsedReference {
  if (text.startsWith('#')) return { kind: 'fragment' }
  if (text.startsWith('urn:')) return { kind: 'urn' }
  const groups = RESTFUL.exec(text)?.groups
  if (groups && resourceTypes.has(groups.type!)) {
    const parts = { type: groups.type!, id: groups.id!, version: groups.version }
    return groups.root ? { kind: 'absolute', root: groups.root, ...parts } : { kind: 'relative', ...parts }
  }
  const question = text.indexOf('?')
  const type = text.slice(0, question)
  if (question > 0 && resourceTypes.has(type)) return { kind: 'conditional', type, query: text.slice(question + 1) }
  return { kind: 'other' }
}

/** The resource type that a Reference points to, from its text or its `type`; undefined when neither tells. */
export function referredType(reference: { reference?: unknown; type?: unknown }): string | undefined {
  if (typeof reference.reference === 'string') {
    const parsed = parseReference(reference.reference)
    if ('type' in parsed) return parsed.type
  }
  return typeof reference.type === 'string' ? reference.type : undefined
}

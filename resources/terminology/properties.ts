import type { Concept } from './concept.ts'

/** Values of a property that is told by the concept itself; `child` is not among them. */
export function valuesOf(concept: Concept, property: string): readonly string[] {
  switch (property) {
    case 'code':
    case 'concept':
      return [concept.code]
    case 'display':
      return concept.display === '' ? [] : [concept.display]
    case 'definition':
      return concept.definition === undefined ? [] : [concept.definition]
    case 'parent':
      return concept.parents ?? []
    case 'inactive':
      return [String(concept.inactive === true)]
    case 'notSelectable':
      return [String(concept.abstract === true)]
    default:
      return (concept.properties ?? []).filter(({ code }) => code === property).map(({ value }) => String(value))
  }
}

/** The value of a boolean property such as `billable`; undefined where the concept has none. */
export function flagOf(concept: Concept, property: string): boolean | undefined {
  const found = concept.properties?.find(({ code }) => code === property)?.value
  return found === undefined ? undefined : String(found) === 'true'
}

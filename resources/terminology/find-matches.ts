import { FhirError } from '../fhir-error.ts'
import type { FindMatchesQuestion } from './answers.ts'
import type { Concept, ConceptProperty } from './concept.ts'
import type { Condition } from './concept-source.ts'
import type { Opened } from './systems.ts'

/** Concepts that an answer has at the most. */
const MOST = 100

/** A concept that has properties that were asked for, and those that are left of the question (`complete`: none). */
export interface FoundMatch {
  concept: Concept
  complete: boolean
  left: readonly { code: string; value: string | number | boolean }[]
}

/**
 * Concepts by their properties (R4 CodeSystem/$find-matches): those that have all; unless `exact`, those that have all but one, where none
 * has all. Throws `invalid` without a property.
 */
export async function matchesOf(opened: Opened, question: FindMatchesQuestion): Promise<FoundMatch[]> {
  const { properties, exact } = question
  if (properties.length === 0) throw FhirError.of('invalid', 'There is no property to find concepts by')
  const all = await concepts(opened, properties)
  if (all.length > 0 || exact || properties.length === 1) {
    return all.map((concept) => ({ concept, complete: true, left: [] }))
  }
  const found = new Map<string, FoundMatch>()
  for (const [at, one] of properties.entries()) {
    for (const concept of await concepts(opened, properties.toSpliced(at, 1))) {
      if (!found.has(concept.code) && found.size < MOST)
        found.set(concept.code, { concept, complete: false, left: [one] })
    }
  }
  return [...found.values()]
}

async function concepts({ source, day }: Opened, properties: FindMatchesQuestion['properties']): Promise<Concept[]> {
  const conditions = properties.map(conditionOf)
  return (await source.search({ conditions, day, activeOnly: false, offset: 0, count: MOST })).concepts
}

function conditionOf({ code, value }: Pick<ConceptProperty, 'code' | 'value'>): Condition {
  return code === 'code' || code === 'concept'
    ? { op: 'codes', codes: [String(value)] }
    : { op: '=', property: code, value: String(value) }
}

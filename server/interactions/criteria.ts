import type { Access } from '../../auth/access.ts'
import { FhirError } from '../../resources/fhir-error.ts'
import type { Guard } from '../../resources/store/port.ts'
import { parseCriteria, RESULT_PARAMETERS } from '../../search/parse.ts'
import type { QueryPair } from '../../search/query.ts'
import type { Found, Search } from '../../search/searcher.ts'
import type { Services } from '../call.ts'

/** Ids that criteria match, two at the most, and what makes a commit insist on just these. */
export interface Matched {
  found: Found[]
  guard: Guard
}

/**
 * Reads the criteria of a conditional interaction or reference, which are always strict: throws `invalid` for an
 * unknown parameter, `precondition-failed` when nothing is left that narrows.
 */
export function conditionalSearch(
  type: string,
  query: readonly QueryPair[],
  access: Access,
  services: Services,
): Search {
  const criteria = query.filter(([name]) => name === '_format' || name === '_pretty' || !RESULT_PARAMETERS.has(name))
  if (criteria.length < query.length) throw FhirError.of('invalid', 'Criteria hold parameters that shape an answer.')
  const { expression, used, unknown } = parseCriteria(type, criteria, services)
  if (unknown.length > 0) {
    const names = unknown.map((name) => name.slice(0, 64)).join(', ')
    throw FhirError.of('invalid', `Not a search parameter of ${type}: ${names}.`, { code: 'not-supported' })
  }
  if (used.length === 0) throw FhirError.of('precondition-failed', 'The criteria do not narrow anything.')
  return { type, where: expression, restriction: access.restriction }
}

/** Looks for what criteria match. A guard of `most` ids is exact as long as no more were found. */
export async function matchCriteria(search: Search, { searcher }: Services, most = 2): Promise<Matched> {
  const { found } = await searcher.find(search, most)
  return { found, guard: { selection: searcher.selection(search), ids: found.map(({ id }) => id) } }
}

/** The error for criteria that match several resources where one is meant. */
export function severalMatch(type: string): FhirError {
  return FhirError.of('precondition-failed', `The criteria match more than one ${type}.`, { code: 'multiple-matches' })
}

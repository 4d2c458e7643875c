import { FhirError } from '../../resources/fhir-error.ts'
import { UTC } from '../../resources/zone.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { matches } from '../../search/matches.ts'
import { parseCriteria } from '../../search/parse.ts'
import { parseQuery } from '../../search/query.ts'

/** Base URL that criteria are read and resources are indexed under. */
export const BASE = 'http://x/fhir'

/** A resource as far as these tests write it. */
export type Written = { resourceType: string } & Record<string, unknown>

/** Whether a query such as `birthdate=ge2000` finds a resource, by plain JavaScript; 400 when it is refused. */
export function finds(resource: Written, query: string, zone = UTC): boolean | 400 {
  const type = resource.resourceType
  try {
    const { expression, unknown } = parseCriteria(type, parseQuery(query), { baseUrl: BASE, zone })
    if (unknown.length > 0) throw new Error(`unknown: ${unknown.join()}`)
    return matches(expression, {
      id: 'r',
      lastUpdated: 0,
      entries: indexEntries(type, resource, BASE, undefined, zone),
    })
  } catch (error) {
    if (error instanceof FhirError && error.kind === 'invalid') return 400
    throw error
  }
}

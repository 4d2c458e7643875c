import { FhirError } from '../../resources/fhir-error.ts'
import type { Subset } from '../../resources/subset.ts'
import type { QueryPair } from '../../search/query.ts'

/** The subset that `_summary` and `_elements` ask for; undefined for the whole. `count` is for searches alone. */
export function subsetOf(query: readonly QueryPair[], inSearch = false): Subset | undefined {
  const summary = query.find(([name]) => name === '_summary')?.[1]
  const elements = query.filter(([name]) => name === '_elements').flatMap(([, value]) => value.split(','))
  switch (summary) {
    case undefined:
    case 'false':
    case '':
      return elementsOf(elements)
    case 'true':
      return { kind: 'summary' }
    case 'text':
    case 'data':
      return { kind: summary }
    case 'count':
      if (inSearch) return undefined
      throw FhirError.of('invalid', '_summary=count is for searches.', { code: 'value' })
    default:
      throw FhirError.of('invalid', '_summary takes true, text, data, count or false.', { code: 'value' })
  }
}

/** `Patient.name` may stand for `name` (R4 search, `_elements` across types). */
function elementsOf(values: string[]): Subset | undefined {
  const names = values.map((value) => value.trim().replace(/^[A-Z]\w*\./, '')).filter((name) => name !== '')
  return names.length > 0 ? { kind: 'elements', names } : undefined
}

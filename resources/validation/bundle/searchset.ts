import { resourceTypes } from '../../definitions/definitions.ts'
import type { Finding, Place, Run } from '../place.ts'
import type { Bundle, Entry } from './entry-index.ts'

/**
 * Entries of a searchset (R4 http.html#search): what matches is of a type that was searched and has an id, as what is
 * included has, and what tells of the search itself is an OperationOutcome.
 */
export function checkSearchset(place: Place, { link = [], entry = [] }: Bundle, run: Run): void {
  const self = link.find(({ relation }) => relation === 'self')?.url
  const types = self === undefined ? undefined : searchedTypes(self)
  for (const [at, one] of entry.entries()) {
    const finding = faultOf(one, types)
    if (finding) run.report(place, finding, `entry[${at}].resource`)
  }
}

function faultOf({ resource, search }: Entry, types: ReadonlySet<string> | undefined): Finding | undefined {
  if (!resource) return undefined
  const { resourceType, id } = resource
  const mode = search?.mode
  if (mode === 'outcome') {
    if (resourceType === 'OperationOutcome') return undefined
    return fault('bundle-search-outcome', `What the search tells is an OperationOutcome, not ${resourceType}.`)
  }
  if (mode === undefined) return undefined
  if (mode === 'match' && types && !types.has(resourceType)) {
    const asked = [...types].join(', ')
    return fault('bundle-search-type', `${resourceType} does not match a search for ${asked}.`)
  }
  return id === undefined ? fault('bundle-search-id', 'A resource that was found has an id.') : undefined
}

/** The types that a search asked for by its link: in its path (a compartment's too), or as `_type`. Undefined where it does not tell. */
function searchedTypes(url: string): ReadonlySet<string> | undefined {
  const [path = '', query = ''] = url.split('?', 2)
  const step =
    path
      .split('/')
      .filter((part) => part !== '_search')
      .at(-1) ?? ''
  if (resourceTypes.has(step)) return new Set([step])
  const types =
    new URLSearchParams(query)
      .get('_type')
      ?.split(',')
      .filter((type) => resourceTypes.has(type)) ?? []
  return types.length > 0 ? new Set(types) : undefined
}

function fault(messageId: string, diagnostics: string): Finding {
  return { severity: 'error', code: 'invalid', messageId, diagnostics }
}

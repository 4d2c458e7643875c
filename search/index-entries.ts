import type { IndexEntry } from '../resources/store/port.ts'
import { parametersOf, type SearchParameter, type SelectedValue } from './parameters.ts'
import { indexDate } from './types/date.ts'
import { indexNumber } from './types/number.ts'
import { indexQuantity } from './types/quantity.ts'
import { indexReference } from './types/reference.ts'
import { indexString } from './types/string.ts'
import { indexToken } from './types/token.ts'
import { indexUri } from './types/uri.ts'

/**
 * All index entries of a resource, each once. `baseUrl` is the FHIR base of this server without a `/` at its end: an
 * absolute reference under it is one to this server.
 */
export function indexEntries(typeName: string, resource: unknown, baseUrl: string): IndexEntry[] {
  const entries: IndexEntry[] = []
  for (const parameter of parametersOf(typeName).values()) {
    const selected = parameter.select(resource)
    if (selected.length === 0) continue
    const own = selected.flatMap((value) => entriesOf(parameter, value, baseUrl))
    for (const entry of own.length > 1 ? distinct(own) : own) entries.push(entry)
  }
  return entries
}

function entriesOf(parameter: SearchParameter, value: SelectedValue, baseUrl: string): IndexEntry[] {
  switch (parameter.type) {
    case 'token':
      return indexToken(parameter.code, value)
    case 'string':
      return indexString(parameter.code, value)
    case 'reference':
      return indexReference(parameter.code, value, baseUrl)
    case 'uri':
      return indexUri(parameter.code, value)
    case 'date':
      return indexDate(parameter.code, value)
    case 'number':
      return indexNumber(parameter.code, value)
    case 'quantity':
      return indexQuantity(parameter.code, value)
    default:
      return []
  }
}

function distinct(entries: IndexEntry[]): IndexEntry[] {
  const seen = new Set<string>()
  return entries.filter((entry) => {
    const key = entry.join('\u0000')
    return !seen.has(key) && seen.add(key)
  })
}

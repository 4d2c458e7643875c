import type { IndexEntry } from '../resources/store/port.ts'
import { UTC, type Zone } from '../resources/zone.ts'
import type { SearchParameter, SelectedValue } from './parameter.ts'
import { indexedOf, type ParameterRegistry } from './parameters.ts'
import { indexDate } from './types/date.ts'
import { indexPosition } from './types/near.ts'
import { indexNumber } from './types/number.ts'
import { indexQuantity } from './types/quantity.ts'
import { indexReference } from './types/reference.ts'
import { indexString } from './types/string.ts'
import { indexWords } from './types/text.ts'
import { indexToken } from './types/token.ts'
import { indexCanonical, indexUri } from './types/uri.ts'

/**
 * All index entries of a resource, each once; with `only`, those of some parameters by their code (an element's part,
 * `component#code`, stands for all elements). `baseUrl` is the FHIR base of this server without a `/` at its end: an
 * absolute reference under it is one to this server. A date without an offset is meant in `zone`.
 */
export function indexEntries(
  typeName: string,
  resource: unknown,
  baseUrl: string,
  registry?: ParameterRegistry,
  zone: Zone = UTC,
  only?: ReadonlySet<string>,
): IndexEntry[] {
  const entries: IndexEntry[] = []
  const { plain, grouped } = indexedOf(typeName, registry)
  for (const parameter of plain) {
    if (only && !only.has(parameter.code)) continue
    const selected = parameter.select(resource)
    if (selected.length === 0) continue
    const own = selected.flatMap((value) => entriesOf(parameter, value, baseUrl, zone))
    if (parameter.code === 'url') own.push(...indexCanonical(resource as object))
    for (const entry of own.length > 1 ? distinct(own) : own) entries.push(entry)
  }
  if (!only || only.has('_text') || only.has('_content')) entries.push(...indexWords(resource))
  const elements = !only || [...only].some((code) => code.includes('#')) ? grouped : []
  for (const { find, parts } of elements) {
    for (const [at, element] of find(resource).entries()) {
      const own = parts.flatMap(({ parameter, selectIn }) =>
        // Composites have no modifiers: entries that serve one alone are left out.
        selectIn(element, resource)
          .flatMap((value) => entriesOf(parameter, value, baseUrl, zone))
          .filter(([, param]) => param === parameter.code),
      )
      for (const entry of distinct(own)) entries.push(inGroup(entry, at + 1))
    }
  }
  return entries
}

function entriesOf(parameter: SearchParameter, value: SelectedValue, baseUrl: string, zone: Zone): IndexEntry[] {
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
      return indexDate(parameter.code, value, zone)
    case 'number':
      return indexNumber(parameter.code, value)
    case 'quantity':
      return indexQuantity(parameter.code, value)
    case 'special':
      return indexPosition(parameter.code, value)
    default:
      return []
  }
}

/** Groups count from 1: 0 may stand for none. */
function inGroup(entry: IndexEntry, group: number): IndexEntry {
  const longer: unknown[] = [...entry, group]
  return longer as IndexEntry
}

/** Up to this number of entries, comparing each with each is faster than making keys of them. */
const FEW = 16

function distinct(entries: IndexEntry[]): IndexEntry[] {
  if (entries.length <= FEW) {
    return entries.filter((entry, at) => {
      for (let before = 0; before < at; before++) if (isSame(entries[before]!, entry)) return false
      return true
    })
  }
  const seen = new Set<string>()
  return entries.filter((entry) => {
    const key = entry.join('\u0000')
    return !seen.has(key) && seen.add(key)
  })
}

/** Whether two entries are the same; they differ most at the end. */
function isSame(one: IndexEntry, other: IndexEntry): boolean {
  if (one.length !== other.length) return false
  for (let at = one.length - 1; at >= 0; at--) if (one[at] !== other[at]) return false
  return true
}

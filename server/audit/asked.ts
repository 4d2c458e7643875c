import { printQuery } from '../../search/query.ts'
import type { Call } from '../call.ts'
import type { Trace } from './trace.ts'

/**
 * What a call asked, as its record has it: `Condition?patient=1`, `Patient/1/_history?_since=2026`; of a conditional write its
 * criteria, of a transaction all criteria, in lines. undefined for what type and id tell all of.
 */
export function askedOf(call: Call, { input, criteria }: Pick<Trace, 'input' | 'criteria'>): string | undefined {
  const { interaction, type, id, query, conditions } = call
  switch (interaction) {
    case 'read':
    case 'vread':
    case 'capabilities':
      return undefined
    case 'bundle':
      return criteria.length > 0 ? linesOf(criteria) : undefined
    case 'create':
      return conditions.ifNoneExist === undefined ? undefined : `${type}?${conditions.ifNoneExist}`
    case 'update':
    case 'patch':
    case 'delete':
      return id === undefined ? withQuery(type ?? '', query) : undefined
    case 'search-type':
    case 'search-system':
      return withQuery(pathOfSearch(call), query)
    case 'operation':
      return (input ?? query).length > 0 ? withQuery(pathOf(call, `$${call.operation}`), input ?? query) : undefined
    default:
      return query.length > 0 ? withQuery(pathOf(call, '_history'), query) : undefined
  }
}

/** Of what failed by an entry: what that entry asked, and what its transaction did. */
export function askedByEntry(call: Call, entry: Call, trace: Trace): string | undefined {
  const asked = [askedOf(entry, trace), ...(entry === call ? [] : [askedOf(call, trace)])].filter(
    (one) => one !== undefined,
  )
  return asked.length > 0 ? linesOf(asked.flatMap((one) => one.split('\n'))) : undefined
}

function linesOf(queries: readonly string[]): string {
  return [...new Set(queries)].join('\n')
}

function pathOf({ type, id }: Call, last: string): string {
  return [type, id, last].filter((part) => part !== undefined).join('/')
}

function pathOfSearch({ type, compartment }: Call): string {
  return compartment ? `${compartment.type}/${compartment.id}/${type ?? '*'}` : (type ?? '')
}

function withQuery(path: string, query: Call['query']): string {
  return query.length > 0 ? `${path}?${printQuery(query)}` : path
}

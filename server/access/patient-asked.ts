import { ID_PATTERN } from '../../resources/references.ts'
import type { QueryPair } from '../../search/query.ts'
import type { Call } from '../call.ts'

/**
 * Id of the one patient that a read or a search is about, by what it says alone: the Patient, an operation on it that changes
 * nothing, its compartment, or a search by a parameter that names it. undefined for all else.
 */
export function patientAsked(call: Call, baseUrl: string): string | undefined {
  const { interaction, type, id, compartment, query } = call
  switch (interaction) {
    case 'read':
    case 'vread':
    case 'history-instance':
    case 'operation':
      return type === 'Patient' ? id : undefined
    case 'search-type':
    case 'search-system':
      if (compartment) return compartment.type === 'Patient' ? compartment.id : undefined
      return patientSought(type, query, baseUrl)
    default:
      return undefined
  }
}

function patientSought(type: string | undefined, query: readonly QueryPair[], baseUrl: string): string | undefined {
  const named = query.flatMap(([name, value]): (string | undefined)[] => {
    if (type === 'Patient') return name === '_id' ? [idOf(value)] : []
    if (!/^(patient|subject)(:Patient)?$/.test(name)) return []
    const root = value.startsWith(`${baseUrl}/`) ? baseUrl.length + 1 : 0
    const [, id] = /^Patient\/([^/]+)$/.exec(value.slice(root)) ?? []
    // A bare id may be that of a Group or a Device, where a parameter allows those.
    return [idOf(id ?? (name === 'subject' ? '' : value))]
  })
  const [first, ...others] = new Set(named)
  return others.length === 0 ? first : undefined
}

function idOf(text: string): string | undefined {
  return ID_PATTERN.test(text) ? text : undefined
}

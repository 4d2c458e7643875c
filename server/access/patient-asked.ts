import { patientsAsked } from '../audit/asked-patients.ts'
import type { Call } from '../call.ts'

/**
 * Id of the one patient that a read or a search is about, by what it says alone: the Patient, an operation on it that changes
 * nothing, its compartment, or a search by a parameter that names it. undefined for all else.
 */
export function patientAsked(call: Call, baseUrl: string): string | undefined {
  const { interaction, type, id } = call
  switch (interaction) {
    case 'read':
    case 'vread':
    case 'history-instance':
    case 'operation':
      return type === 'Patient' ? id : undefined
    case 'search-type':
    case 'search-system':
      return theOne(patientsAsked(call, baseUrl))
    default:
      return undefined
  }
}

function theOne([first, ...others]: readonly string[]): string | undefined {
  return others.length === 0 ? first : undefined
}

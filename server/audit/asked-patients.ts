import { ID_PATTERN } from '../../resources/references.ts'
import type { Call } from '../call.ts'

/** Patients of one search that are named so; of more only what was shown says whom it was about. */
const MOST = 1_000

const ABOUT = /^(patient|subject)(:Patient)?$/

/**
 * Ids of the Patients that a search names by what it asks: that nothing was found of them, or how much there is, is told
 * too. Those that are found in other ways are known by what is shown.
 */
export function patientsAsked({ interaction, type, compartment, query }: Call, base: string): string[] {
  if (interaction !== 'search-type' && interaction !== 'search-system') return []
  const named = query.flatMap(([name, value]) => {
    if (type === 'Patient') return name === '_id' ? value.split(',') : []
    // A bare id may be that of a Group or a Device, where the parameter allows those.
    const isBare = name !== 'subject'
    return ABOUT.test(name) ? value.split(',').map((one) => idOf(one, base, isBare)) : []
  })
  const own = compartment?.type === 'Patient' ? [compartment.id] : []
  return [...new Set([...own, ...named])].filter((id) => ID_PATTERN.test(id)).slice(0, MOST)
}

/** '' for a reference to something else. */
function idOf(value: string, base: string, isBare: boolean): string {
  const relative = value.startsWith(`${base}/`) ? value.slice(base.length + 1) : value
  if (!relative.includes('/')) return isBare ? relative : ''
  return relative.startsWith('Patient/') ? relative.slice('Patient/'.length) : ''
}

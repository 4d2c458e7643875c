import { compartmentTables } from '../../resources/definitions/definitions.ts'
import type { Expression } from '../../search/expression.ts'
import { type Facts, matches, type World } from '../../search/matches.ts'

/** What is denied to a caller alike: of these patients, of each type what meets its Expression. Plain data. */
export interface Denial {
  /** ids of Patients, and at the same places those of the Consents that say so. */
  patients: string[]
  consents: string[]
  denied: Readonly<Record<string, Expression>>
}

/** The Consents, as `Consent/[id]`, that keep a caller from seeing a resource; `world` has what its rules ask of others. */
export function decidedBy(denials: readonly Denial[], type: string, facts: Facts, world?: World): string[] {
  const own = new Set(type === 'Patient' ? [facts.id] : patientsOf(type, facts))
  if (own.size === 0) return []
  return denials.flatMap(({ patients, consents, denied }) => {
    if (!Object.hasOwn(denied, type) || !matches(denied[type]!, facts, world)) return []
    return consents.filter((_, at) => own.has(patients[at]!)).map((id) => `Consent/${id}`)
  })
}

/** ids of the Patients in whose compartment a resource is. */
function patientsOf(type: string, { entries }: Facts): string[] {
  const table = compartmentTables.get('Patient')!
  const params: readonly string[] = Object.hasOwn(table, type) ? table[type]! : []
  return entries.flatMap((entry) => {
    const [kind, param, target, id] = entry
    return kind === 'reference' && params.includes(param) && target === 'Patient' ? [id] : []
  })
}

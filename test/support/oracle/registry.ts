import type { SearchParameterTable } from '../../../resources/definitions/shapes.ts'
import { officialTables, ParameterRegistry, parametersOf } from '../../../search/parameters.ts'

/** R4's parameters that stored ones do again: whatever these find, those have to find. */
const TWINS: [type: string, code: string][] = [
  ['Patient', 'given'],
  ['Patient', 'identifier'],
  ['Patient', 'birthdate'],
  ['Patient', 'general-practitioner'],
  ['Observation', 'code'],
  ['Observation', 'date'],
  ['Observation', 'value-quantity'],
  ['Observation', 'component-code-value-quantity'],
  ['Condition', 'onset-age'],
  ['Encounter', 'service-provider'],
  ['RiskAssessment', 'probability'],
  ['ValueSet', 'url'],
]

/** Parameters that R4 has nothing like: one that takes the engine for FHIRPath, and one of all types. */
const OTHERS: SearchParameterTable[] = [
  {
    url: 'http://x/own-nameless',
    code: 'own-given',
    type: 'string',
    base: ['Patient'],
    expression: "Patient.name.where(family.exists() or given.count() > 1).given.select($this + '!')",
  },
  { url: 'http://x/own-tag', code: 'own-tag', type: 'token', base: ['Resource'], expression: 'Resource.meta.tag' },
]

const twinOf = (code: string) => `own-${code}`

function twin([type, code]: (typeof TWINS)[number]): SearchParameterTable {
  const table = [...officialTables.values()].find((one) => one.code === code && one.base.includes(type))
  if (!table) throw new Error(`R4 has no ${code} of ${type}`)
  return { ...table, url: `http://x/own-${type}-${code}`, code: twinOf(code), base: [type] }
}

/** What the server of the small worlds knows: R4's parameters and those that are stored. */
export const REGISTRY = new ParameterRegistry()
REGISTRY.replace([...TWINS.map(twin), ...OTHERS].map((table) => ({ id: table.url.slice(9), table })))

// What is not known is not asked for: nobody would miss it.
for (const [type, code] of TWINS) {
  if (!parametersOf(type, REGISTRY).has(twinOf(code))) throw new Error(`${type} has no ${twinOf(code)}`)
}

/** What R4's parameter of a stored one's criterion asks: `own-code:text` is `code:text`. */
export function officialName(type: string, name: string): string | undefined {
  const found = TWINS.find(([base, code]) => base === type && name.split(':')[0] === twinOf(code))
  return found && name.slice(4)
}

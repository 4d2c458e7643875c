import type { Condition } from '../concept-source.ts'
import { SystemSource } from '../system-source.ts'
import type { Opened } from '../systems.ts'

/** Properties that concepts have whether their code system names them or not. */
const OWN: ReadonlySet<string> = new Set([
  'code',
  'concept',
  'display',
  'definition',
  'parent',
  'child',
  'inactive',
  'notSelectable',
])

/**
 * What conditions ask for that a code system does not tell as it is held here (reference sets of SNOMED CT, answer lists of LOINC), for
 * people; undefined where it tells all, or does not say what it tells. A resource that has all of its concepts has no such property then:
 * it excludes nothing.
 */
export function untoldOf({ source }: Opened, conditions: readonly Condition[], isExclude: boolean): string | undefined {
  if (isExclude && source instanceof SystemSource) return undefined
  const { properties, system } = source.edition
  if (!properties) return undefined
  const told = new Set(properties.map(({ code }) => code))
  const untold = conditions.find((one) => 'property' in one && !OWN.has(one.property) && !told.has(one.property))
  return untold && 'property' in untold
    ? `The property ${untold.property} of the code system ${system} is not held here`
    : undefined
}

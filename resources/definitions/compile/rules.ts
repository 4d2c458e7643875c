import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes'
import type { Binding, ElementRules, TypeRules } from '../shapes.ts'
import { isTypeOfR4, PREFIX, parentOf } from './types.ts'

const MAX_VALUE_SET = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet'

/** What the snapshots of R4's types say beyond shape and invariants: bindings, profiles of values and of references. */
export function compileRules(definitions: StructureDefinition[]): Record<string, TypeRules> {
  const rules: Record<string, Record<string, ElementRules>> = {}
  for (const definition of definitions.filter(isTypeOfR4)) {
    for (const element of definition.snapshot?.element ?? []) {
      const own = elementRules(element)
      if (Object.keys(own).length === 0) continue
      const around = parentOf(element.path) || definition.type
      rules[around] ??= {}
      rules[around][element.path.slice(around.length + 1)] = own
    }
  }
  return rules
}

function elementRules(element: ElementDefinition): ElementRules {
  const rules: ElementRules = {}
  const binding = bindingOf(element)
  if (binding) rules.binding = binding
  const profiles = (element.type ?? []).flatMap(({ profile }) => profile ?? [])
  if (profiles.length > 0) rules.profiles = profiles
  const targets = (element.type ?? []).flatMap(({ code, targetProfile }) =>
    code === 'canonical' || !targetProfile?.every(isPlain) ? (targetProfile ?? []) : [],
  )
  if (targets.length > 0) rules.targetProfiles = targets
  return rules
}

/** Whether a profile is a type as R4 defines it. */
function isPlain(profile: string): boolean {
  return /^[A-Z]\w*$/.test(profile.slice(PREFIX.length))
}

function bindingOf({ binding }: ElementDefinition): Binding | undefined {
  if (!binding?.valueSet || !binding.strength) return undefined
  const max = binding.extension?.find(({ url }) => url === MAX_VALUE_SET)
  const bound: Binding = { strength: binding.strength, valueSet: binding.valueSet }
  const maxValueSet = max?.valueCanonical ?? max?.valueUri
  return maxValueSet ? { ...bound, maxValueSet } : bound
}

import type { ElementDefinition } from '@medplum/fhirtypes'
import type { Binding } from '../../definitions/shapes.ts'
import { choiceOf, constraintsOf, typesOf } from './element.ts'
import type { Constraint, NodeType, ValueRules } from './node.ts'

/** What a profile's element says of its value beyond what its base element says (all, where that is not known). */
export function rulesOf(element: ElementDefinition, base: ElementDefinition | undefined): ValueRules {
  const rules: ValueRules = {}
  for (const stem of ['fixed', 'pattern', 'minValue', 'maxValue'] as const) {
    const given = choiceOf(element, stem)
    if (given) rules[stem] = given.value
  }
  if (element.maxLength !== undefined && element.maxLength !== base?.maxLength) rules.maxLength = element.maxLength
  const binding = bindingOf(element)
  if (binding && !isSameBinding(binding, base && bindingOf(base))) rules.binding = binding
  const constraints = ownConstraints(element, base)
  if (constraints.length > 0) rules.constraints = constraints
  const types = ownTypes(element, base)
  if (types) rules.types = types
  return rules
}

/** Whether there is anything in rules. */
export function saySomething(rules: ValueRules): boolean {
  for (const _ in rules) return true
  return false
}

const MAX_VALUE_SET = 'http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet'

function bindingOf({ binding }: ElementDefinition): Binding | undefined {
  if (!binding?.valueSet) return undefined
  const most = binding.extension?.find(({ url }) => url === MAX_VALUE_SET)
  const maxValueSet = most?.valueCanonical ?? most?.valueUri
  const own: Binding = { strength: binding.strength ?? 'example', valueSet: binding.valueSet }
  return maxValueSet === undefined ? own : { ...own, maxValueSet }
}

function isSameBinding(one: Binding, other: Binding | undefined): boolean {
  return (
    one.strength === other?.strength &&
    bare(one.valueSet) === bare(other.valueSet) &&
    bare(one.maxValueSet) === bare(other.maxValueSet)
  )
}

function bare(canonical: string | undefined): string | undefined {
  return canonical?.split('|')[0]
}

/** Every type has ele-1, every extension ext-1: they are no profile's, whoever repeats them. */
const EVERYWHERE = new Set(['ele-1', 'ext-1'])

function ownConstraints(element: ElementDefinition, base: ElementDefinition | undefined): Constraint[] {
  const inherited = new Set(base?.constraint?.map(({ key }) => key))
  return constraintsOf(element).filter(
    ({ key }) => !inherited.has(key) && !EVERYWHERE.has(key) && !fromType(element, key),
  )
}

/** Whether a constraint is one of the type's own (`txt-1` of Narrative), which publishers copy to where the type is used. */
function fromType(element: ElementDefinition, key: string): boolean {
  const source = element.constraint?.find((constraint) => constraint.key === key)?.source
  return source !== undefined && /^http:\/\/hl7\.org\/fhir\/StructureDefinition\/[A-Z]\w*$/.test(source)
}

function ownTypes(element: ElementDefinition, base: ElementDefinition | undefined): NodeType[] | undefined {
  const types = typesOf(element)
  // What is a type of FHIRPath (ids, urls of extensions) is never narrowed, but told in several ways.
  if (types.length === 0 || element.type?.some(({ code }) => code.startsWith('http://hl7.org/fhirpath/')))
    return undefined
  const known = new Set(base ? typesOf(base).map((type) => JSON.stringify(type)) : [])
  return types.length === known.size && types.every((type) => known.has(JSON.stringify(type))) ? undefined : types
}

import type { ElementDefinition } from '@medplum/fhirtypes'
import type { StructureDefinitionLike } from '../question.ts'
import type { Constraint, NodeType, Slicing } from './node.ts'

const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type'

/** The elements of a structure's snapshot; none where it has no snapshot. */
export function snapshotOf(structure: StructureDefinitionLike): readonly ElementDefinition[] {
  return (structure.snapshot?.element ?? []) as readonly ElementDefinition[]
}

/** The value of an element of many types in JSON (`fixed` for `fixedCode`): its value and its type's name in JSON. */
export function choiceOf(element: ElementDefinition, stem: string): { value: unknown; suffix: string } | undefined {
  for (const key in element) {
    const first = key.charCodeAt(stem.length)
    // `minValueInteger` is no `min`, `fixedUri` is a `fixed`: a capital letter follows the stem.
    if (!key.startsWith(stem) || first < 65 || first > 90) continue
    return { value: (element as unknown as Record<string, unknown>)[key], suffix: key.slice(stem.length) }
  }
  return undefined
}

/** Most repeats of an element; Infinity for `*`. */
export function mostOf(max: string | undefined): number {
  return max === undefined || max === '*' ? Number.POSITIVE_INFINITY : Number(max)
}

/** The types of an element, those of FHIRPath by their name in FHIR. */
export function typesOf(element: ElementDefinition): NodeType[] {
  return (element.type ?? []).map((type) => ({
    code: type.code.startsWith('http://hl7.org/fhirpath/')
      ? (type.extension?.find((extension) => extension.url === FHIR_TYPE)?.valueUrl ?? 'string')
      : type.code,
    profiles: type.profile ?? [],
    targets: type.targetProfile ?? [],
    aggregation: type.aggregation ?? [],
  }))
}

/** The slicing of an element. */
export function slicingOf(element: ElementDefinition): Slicing | undefined {
  const { slicing } = element
  if (!slicing) return undefined
  const discriminators = (slicing.discriminator ?? []).map(({ type, path }) => ({ type, path }))
  return { discriminators, rules: slicing.rules ?? 'open', ordered: slicing.ordered === true }
}

/** The invariants of an element that can be carried out. */
export function constraintsOf(element: ElementDefinition): Constraint[] {
  return (element.constraint ?? []).flatMap(({ key, severity, human, expression }) =>
    expression ? [{ key, severity, human, expression }] : [],
  )
}

import type { ElementDefinition, StructureDefinition } from '@medplum/fhirtypes'
import type { Element, TypeTable } from '../shapes.ts'

/** How R4's own StructureDefinitions begin. */
export const PREFIX = 'http://hl7.org/fhir/StructureDefinition/'
const FHIR_TYPE = `${PREFIX}structuredefinition-fhir-type`

/**
 * Turns the snapshots of all types that R4 defines (profiles left out) into tables by type name.
 * Nested elements become types of their own, named by their path (`Patient.contact`).
 */
export function compileTypes(definitions: StructureDefinition[]): Record<string, TypeTable> {
  const tables: Record<string, TypeTable> = {}
  for (const definition of definitions) {
    if (isTypeOfR4(definition)) compileType(definition, tables)
  }
  return tables
}

/** Whether a definition is that of a type which values can have; profiles, abstract resources and logical models are not. */
export function isTypeOfR4({ url, type, kind, abstract }: StructureDefinition): boolean {
  return url === PREFIX + type && kind !== 'logical' && !(abstract && kind === 'resource')
}

function compileType(definition: StructureDefinition, tables: Record<string, TypeTable>): void {
  const elements = definition.snapshot?.element ?? []
  const parents = new Set(elements.map((element) => parentOf(element.path)))
  const kind =
    definition.kind === 'resource' ? 'resource' : definition.kind === 'primitive-type' ? 'primitive' : 'complex'
  tables[definition.type] = { kind, elements: {} }
  if (kind === 'primitive') return
  for (const element of elements) {
    if (element.path === definition.type) continue
    const nested = parents.has(element.path)
    if (nested) tables[element.path] = { kind: 'nested', elements: {} }
    const table = tables[parentOf(element.path)]
    if (!table) throw new Error(`${element.path} comes before its parent`)
    table.elements[element.path.slice(parentOf(element.path).length + 1)] = compileElement(element, nested)
  }
}

/** Path of what an element is in; `''` for a type itself. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')))
}

function compileElement(element: ElementDefinition, nested: boolean): Element {
  const types = nested
    ? [element.path]
    : element.contentReference
      ? [element.contentReference.slice(1)]
      : (element.type ?? []).map((type) => typeName(type))
  const compiled: Element = { types, min: element.min ?? 0, max: element.max === '*' ? -1 : Number(element.max) }
  if (element.binding?.strength === 'required' && types.length === 1 && types[0] === 'code') {
    compiled.binding = element.binding.valueSet?.split('|')[0] ?? ''
  }
  const targets = (element.type ?? []).flatMap((type) => type.targetProfile ?? [])
  if (targets.length > 0 && !targets.includes(`${PREFIX}Resource`)) {
    compiled.targets = [...new Set(targets.map((target) => target.slice(PREFIX.length)))]
  }
  if (element.isSummary) compiled.summary = true
  if (element.isModifier) compiled.modifier = true
  return compiled
}

function typeName(type: NonNullable<ElementDefinition['type']>[number]): string {
  if (!type.code.startsWith('http://hl7.org/fhirpath/')) return type.code
  return type.extension?.find((extension) => extension.url === FHIR_TYPE)?.valueUrl ?? 'string'
}

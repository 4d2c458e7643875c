import { type Member, membersOf, typeTable } from '../../definitions/definitions.ts'
import type { Element } from '../../definitions/shapes.ts'
import { primitiveSchema, type Schema } from './primitives.ts'

/** `$id` of the schema of a type. */
export function schemaId(typeName: string): string {
  return `fhir:${typeName}`
}

/**
 * JSON schema of one resource type, data type or nested type: unknown members refused, lists where the element
 * repeats and only there, `_name` beside primitives, and the keywords `fhir` (`keywords.ts`) and `lazy` (`check.ts`) for
 * what JSON schema says badly.
 */
export function typeSchema(typeName: string): Schema {
  const isResource = typeTable(typeName)?.kind === 'resource'
  const properties: Record<string, Schema> = {}
  for (const [name, member] of membersOf(typeName)) {
    const repeats = member.element.max !== 1
    const wrap = repeats ? (items: Schema) => list(items, member.element) : (value: Schema) => value
    if (member.primitive) {
      const type = name !== 'id' ? member.type : isResource ? 'id' : 'elementId'
      properties[name] = wrap(primitiveSchema(type, member.element, repeats))
      properties[`_${name}`] = wrap(siblingSchema(repeats))
    } else {
      properties[name] = wrap(valueSchema(member))
    }
  }
  if (isResource) properties.resourceType = { const: typeName }
  return {
    $id: schemaId(typeName),
    type: 'object',
    minProperties: 1,
    properties,
    additionalProperties: false,
    fhir: typeName,
  }
}

/** The types whose schemas that of `typeName` refers to. */
export function referredTypes(typeName: string): string[] {
  const types = [...membersOf(typeName).values()]
    .filter((member) => !member.primitive && !isLazy(member))
    .map((member) => member.type)
  return [...new Set([...types, 'Element'])]
}

function valueSchema(member: Member): Schema {
  return isLazy(member) ? { type: 'object', lazy: member.type } : { $ref: schemaId(member.type) }
}

/** What may be of any type: its schema is compiled when it is first met, and most never are. */
function isLazy({ type, element }: Member): boolean {
  return type === 'Resource' || element.types.length > 30
}

function siblingSchema(inList: boolean): Schema {
  const sibling = { $ref: schemaId('Element') }
  // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON schema, never awaited
  return inList ? { if: { type: 'object' }, then: sibling, else: { type: 'null' } } : sibling
}

function list(items: Schema, element: Element): Schema {
  return { type: 'array', minItems: 1, ...(element.max > 1 ? { maxItems: element.max } : {}), items }
}

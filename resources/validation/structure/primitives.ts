import { codeLists } from '../../definitions/definitions.ts'
import type { Element } from '../../definitions/shapes.ts'

/** A JSON schema node, as ajv takes it. */
export type Schema = Record<string, unknown>

/**
 * The JSON form of each primitive type (R4 datatypes, "Primitive Types" and json.html). Formats that a pattern
 * cannot decide stand in `formats.ts`.
 */
const PRIMITIVES: Record<string, Schema> = {
  base64Binary: { type: 'string', format: 'base64Binary' },
  boolean: { type: 'boolean' },
  canonical: { type: 'string', format: 'uri' },
  code: { type: 'string', format: 'code' },
  date: { type: 'string', format: 'date' },
  dateTime: { type: 'string', format: 'dateTime' },
  // Element.id: a string, without spaces (R4 element.html).
  elementId: { type: 'string', format: 'uri', maxLength: 1_048_576 },
  decimal: { type: 'number' },
  id: { type: 'string', pattern: '^[A-Za-z0-9\\-.]{1,64}$' },
  instant: { type: 'string', format: 'instant' },
  integer: { type: 'integer', whole: true, minimum: -2147483648, maximum: 2147483647 },
  markdown: { type: 'string', format: 'text' },
  oid: { type: 'string', maxLength: 1000, pattern: '^urn:oid:[0-2](\\.(0|[1-9][0-9]*))+$' },
  positiveInt: { type: 'integer', whole: true, minimum: 1, maximum: 2147483647 },
  string: { type: 'string', format: 'text' },
  time: { type: 'string', pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?$' },
  unsignedInt: { type: 'integer', whole: true, minimum: 0, maximum: 2147483647 },
  uri: { type: 'string', format: 'uri' },
  url: { type: 'string', format: 'uri' },
  uuid: {
    type: 'string',
    pattern: '^urn:uuid:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$',
  },
  xhtml: { type: 'string', minLength: 1 },
}

/**
 * Schema of one value of a primitive element: its type's, with the codes of a required binding where they can be
 * listed. `fhirType` and `binding` are for the words of an issue. In a list null may stand for a value that has only
 * a `_` sibling (json.html, "JSON representation of primitive elements").
 */
export function primitiveSchema(type: string, element: Element, inList: boolean): Schema {
  const lists = element.binding === undefined ? undefined : codeLists(element.binding)
  const schema: Schema = { ...(lists ? { type: 'string' } : (PRIMITIVES[type] ?? PRIMITIVES.string)), fhirType: type }
  if (lists) {
    const codes = [...new Set(lists.flatMap((list) => list.codes))]
    schema.enum = inList ? [...codes, null] : codes
    schema.binding = element.binding
  }
  if (inList) schema.type = [schema.type, 'null']
  return schema
}

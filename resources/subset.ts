import { type Member, membersOf, typeTable } from './definitions/definitions.ts'
import { isObject, type JsonObject, type JsonValue, parseLossless, printLossless } from './json/lossless.ts'

/** Which part of a resource is wanted (R4 search, `_summary` and `_elements`). */
export type Subset = { kind: 'summary' | 'text' | 'data' } | { kind: 'elements'; names: readonly string[] }

const SUBSETTED = { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' }

/** The text of a resource cut to a subset and tagged SUBSETTED. Decimals stay as written. */
export function subsetText(text: Buffer, typeName: string, subset: Subset): Buffer {
  const resource = parseLossless(text.toString()) as JsonObject
  const kept: JsonObject = { resourceType: typeName }
  for (const [name, value] of Object.entries(resource)) {
    const member = membersOf(typeName).get(name.replace(/^_/, ''))
    if (!member || name === 'meta' || !wanted(name, member, subset, resource)) continue
    const inner = subset.kind === 'summary' ? summaryOf(value, member.type) : value
    if (inner !== undefined) kept[name] = inner
    if (name === 'id') kept.meta = tagged(resource.meta)
  }
  return Buffer.from(printLossless(kept))
}

function tagged(meta: JsonValue | undefined): JsonObject {
  const own = isObject(meta) ? meta : {}
  return { ...own, tag: [...(Array.isArray(own.tag) ? own.tag : []), SUBSETTED] }
}

function wanted(name: string, { name: elementName, element }: Member, subset: Subset, resource: JsonObject): boolean {
  if (name === 'id') return true
  switch (subset.kind) {
    case 'data':
      return name !== 'text'
    case 'text':
      return name === 'text' || element.min > 0
    case 'elements':
      return element.min > 0 || element.modifier === true || namesElement(name, elementName, subset.names)
    case 'summary':
      return element.min > 0 || inSummary(name, element.summary, resource)
  }
}

/** `value` names the choice element, `valueQuantity` one of its forms. */
function namesElement(name: string, element: string, names: readonly string[]): boolean {
  return names.includes(name.replace(/^_/, '')) || (element.endsWith('[x]') && names.includes(element.slice(0, -3)))
}

/** The `_` sibling of a primitive comes along only where it stands in for the value. */
function inSummary(name: string, summary: true | undefined, holder: JsonObject): boolean {
  return summary === true && !(name.startsWith('_') && name.slice(1) in holder)
}

function summaryOf(value: JsonValue, typeName: string): JsonValue | undefined {
  if (Array.isArray(value)) {
    const items = value.map((item) => summaryOf(item, typeName)).filter((item) => item !== undefined)
    return items.length > 0 ? items : undefined
  }
  if (!isObject(value) || typeTable(typeName)?.kind === 'primitive' || typeName === 'Resource') return value
  const kept: JsonObject = {}
  for (const [name, inner] of Object.entries(value)) {
    const member = membersOf(typeName).get(name.replace(/^_/, ''))
    if (!member || !(member.element.min > 0 || inSummary(name, member.element.summary, value))) continue
    const summary = summaryOf(inner, member.type)
    if (summary !== undefined) kept[name] = summary
  }
  return Object.keys(kept).length > 0 ? kept : undefined
}

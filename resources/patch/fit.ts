import { type Member, typeTable } from '../definitions/definitions.ts'
import { isRawNumber, type JsonObject, type JsonValue } from '../json/lossless.ts'
import { membersNamed } from './elements.ts'
import { type Item, readItems, writeItems } from './items.ts'
import { unfit } from './operation-error.ts'
import type { PatchValue } from './patch-value.ts'
import { cloneTree } from './tree.ts'

/** A value that fits an element: the member it goes to (`valueQuantity`), and what goes there. */
export interface Fitted {
  name: string
  member: Member
  item: Item
}

const QUANTITIES = new Set(['Quantity', 'Age', 'Count', 'Distance', 'Duration'])

/**
 * Fits a value to an element of a type. R4 fhirpatch.html: "The type of the value must be correct for the place at
 * which it will be added/inserted."
 */
export function fit(type: string, name: string, value: PatchValue): Fitted {
  const members = membersNamed(type, name)
  if (members.length === 0) throw unfit(`${type} has no element of that name`)
  const found = members.find(([, member]) => accepts(member, value, members.length > 1))
  if (!found) throw unfit('the value is of another type than the element')
  return { name: found[0], member: found[1], item: itemOf(found[1], value) }
}

/** Adds values of one member behind those it has; an element that does not repeat must not be there yet. */
export function append(holder: JsonObject, type: string, values: readonly Fitted[]): void {
  const { name, member } = values[0]!
  const repeats = member.element.max !== 1
  const taken = formsOf(type, member).some((form) => readItems(holder, form).length > 0)
  if (!repeats && (taken || values.length > 1)) throw unfit('the element is there already and does not repeat')
  writeItems(holder, name, [...readItems(holder, name), ...values.map(({ item }) => item)], repeats)
}

/** The members that stand for one element: several for a choice. */
function formsOf(type: string, { name }: Member): string[] {
  return membersNamed(type, name).map(([form]) => form)
}

function accepts({ type, primitive }: Member, value: PatchValue, isChoice: boolean): boolean {
  if (value.kind === 'resource') return type === 'Resource'
  if (value.kind === 'parts') return !isChoice && !primitive && type !== 'Resource'
  if (type === value.type) return true
  // Of a choice the value's type picks the form, so it must be that very one.
  if (isChoice) return false
  if (primitive) return typeTable(value.type)?.kind === 'primitive' && isKindOf(type, value.item.value)
  return QUANTITIES.has(type) && QUANTITIES.has(value.type)
}

/** A `valueString` does for a code or for xhtml, which has no value[x]; validation looks at the text. */
function isKindOf(type: string, value: JsonValue | undefined): boolean {
  if (value === undefined) return true
  if (type === 'boolean') return typeof value === 'boolean'
  const isNumber = ['decimal', 'integer', 'positiveInt', 'unsignedInt'].includes(type)
  return isNumber ? isRawNumber(value) || typeof value === 'number' : typeof value === 'string'
}

function itemOf(member: Member, value: PatchValue): Item {
  if (value.kind === 'resource') return { value: cloneTree(value.resource), sibling: undefined }
  if (value.kind === 'parts') return { value: build(member.type, value.parts), sibling: undefined }
  const { item } = value
  return {
    value: item.value === undefined ? undefined : cloneTree(item.value),
    sibling: item.sibling === undefined ? undefined : cloneTree(item.sibling),
  }
}

function build(type: string, parts: readonly { name: string; value: PatchValue }[]): JsonObject {
  const object: JsonObject = {}
  const values = parts.map(({ name, value }) => fit(type, name, value))
  for (const alike of Map.groupBy(values, ({ name }) => name).values()) append(object, type, alike)
  return object
}

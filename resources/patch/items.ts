import type { JsonObject, JsonValue } from '../json/lossless.ts'
import { ownMember } from './tree.ts'

/**
 * One item of an element. JSON keeps a primitive's id and extensions beside it (R4 json.html#primitive: `birthDate` and
 * `_birthDate`, in lists at the same index); here the two travel together.
 */
export interface Item {
  value: JsonValue | undefined
  sibling: JsonValue | undefined
}

/** The items of a member, with their siblings; none when the member is absent. */
export function readItems(holder: JsonObject, name: string): Item[] {
  const value = ownMember(holder, name)
  const sibling = ownMember(holder, `_${name}`)
  if (!Array.isArray(value) && !Array.isArray(sibling)) {
    return value === undefined && sibling === undefined ? [] : [{ value, sibling }]
  }
  const values = listOf(value)
  const siblings = listOf(sibling)
  return Array.from({ length: Math.max(values.length, siblings.length) }, (_, index) => ({
    value: values[index] ?? undefined,
    sibling: siblings[index] ?? undefined,
  }))
}

/** Writes the items of a member, which goes away when there are none: FHIR knows no empty lists. */
export function writeItems(holder: JsonObject, name: string, items: readonly Item[], repeats: boolean): void {
  writeSide(
    holder,
    name,
    items.map((item) => item.value),
    repeats,
  )
  writeSide(
    holder,
    `_${name}`,
    items.map((item) => item.sibling),
    repeats,
  )
}

/** In lists null holds the place of what only the other side has; a side of nulls alone says nothing. */
function writeSide(holder: JsonObject, name: string, side: (JsonValue | undefined)[], repeats: boolean): void {
  const [first] = side
  if (side.every((value) => value === undefined)) delete holder[name]
  else if (repeats) holder[name] = side.map((value) => value ?? null)
  else if (first !== undefined) holder[name] = first
}

function listOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value]
}

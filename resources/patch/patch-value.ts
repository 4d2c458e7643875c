import { membersOf } from '../definitions/definitions.ts'
import { isObject, isRawNumber, type JsonObject, type JsonValue } from '../json/lossless.ts'
import type { Item } from './items.ts'
import { malformed } from './operation-error.ts'
import { ownMember } from './tree.ts'

/** A value[x] with its type and what is beside it. */
export interface TypedValue {
  kind: 'typed'
  type: string
  item: Item
}

/** A value as a patch gives it: a value[x], a resource, or the elements that make up one of a nested type. */
export type PatchValue =
  | TypedValue
  | { kind: 'resource'; resource: JsonObject }
  | { kind: 'parts'; parts: { name: string; value: PatchValue }[] }

/** R4 fhirpatch.html: a value of an anonymous type, which has no value[x], is given as parts named for its elements. */
export function parseValue(part: JsonObject): PatchValue {
  const typed = typedValue(part)
  const parts = listIn(part, 'part')
  const resource = ownMember(part, 'resource')
  if (typed && parts.length === 0 && resource === undefined) return typed
  if (!typed && parts.length === 0 && isObject(resource)) return { kind: 'resource', resource }
  if (typed || parts.length === 0 || resource !== undefined) {
    throw malformed('a value is given by one value[x], one resource, or parts')
  }
  return { kind: 'parts', parts: parts.map(namedValue) }
}

function namedValue(part: JsonValue): { name: string; value: PatchValue } {
  const name = isObject(part) ? ownMember(part, 'name') : undefined
  if (!isObject(part) || typeof name !== 'string') throw malformed('a part of a value has no name')
  return { name, value: parseValue(part) }
}

/** The value[x] of a parameter; undefined when it has none. */
export function typedValue(parameter: JsonObject): TypedValue | undefined {
  const names = new Set(Object.keys(parameter).map((name) => name.replace(/^_/, '')))
  const found = [...names].flatMap((name) => {
    const member = membersOf('Parameters.parameter').get(name)
    return member?.name === 'value[x]' ? [{ name, member }] : []
  })
  const [only, another] = found
  if (!only) return undefined
  if (another) throw malformed('a part has two values')
  const value = ownMember(parameter, only.name)
  const sibling = ownMember(parameter, `_${only.name}`)
  const isFlat = value === undefined || Object(value) !== value || isRawNumber(value)
  const fits = only.member.primitive ? isFlat && (sibling === undefined || isObject(sibling)) : isObject(value)
  if (!fits || value === null) throw malformed('a value[x] is not what its name says')
  return { kind: 'typed', type: only.member.type, item: { value, sibling } }
}

/** A list of a parameter's, empty when it has none. */
export function listIn(parameter: JsonObject, name: string): JsonValue[] {
  const list = ownMember(parameter, name) ?? []
  if (!Array.isArray(list)) throw malformed(`${name} is not a list`)
  return list
}

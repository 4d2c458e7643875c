import { type Member, membersOf, typeTable } from '../definitions/definitions.ts'
import { isObject, type JsonObject, type JsonValue } from '../json/lossless.ts'
import { readItems, writeItems } from './items.ts'
import { ownMember } from './tree.ts'

/** The member names and list indexes that lead to a value of a resource. */
export type Location = readonly (string | number)[]

/** An element of a resource: where it is, and its FHIR type. */
export interface Place {
  readonly at: Location
  readonly type: string
}

/** A place within the member that holds it. */
export interface Slot {
  /** Location of the object that has the member. */
  holder: Location
  /** Name of the member; `_birthDate` for what is beside a primitive. */
  name: string
  index: number
  /** Whether the member is a list. */
  repeats: boolean
}

/** The resource itself as a place. */
export function rootPlace(root: JsonObject): Place {
  return { at: [], type: resourceTypeOf(root) }
}

export function valueAt(root: JsonObject, at: Location): JsonValue | undefined {
  let value: JsonValue | undefined = root
  for (const key of at) {
    if (typeof key === 'number') value = Array.isArray(value) ? value[key] : undefined
    else value = isObject(value) ? ownMember(value, key) : undefined
  }
  return value
}

/** The JSON members of a type that an element name stands for: one, or those of a choice (`value`, `value[x]`). */
export function membersNamed(type: string, name: string): [string, Member][] {
  if (!typeTable(type)) return []
  const all = membersOf(type)
  const plain = all.get(name)
  if (plain) return [[name, plain]]
  const choice = name.endsWith('[x]') ? name : `${name}[x]`
  return [...all].filter(([, member]) => member.name === choice)
}

/** The elements of a name below a place, in order; those that have only an id or extensions too. */
export function childrenOf(root: JsonObject, place: Place, name: string): Place[] {
  const content = contentOf(place)
  const holder = valueAt(root, content.at)
  if (!isObject(holder)) return []
  return membersNamed(content.type, name).flatMap(([memberName, member]) => {
    const isList = Array.isArray(holder[memberName]) || Array.isArray(holder[`_${memberName}`])
    return readItems(holder, memberName).flatMap(({ value, sibling }, index) => {
      if (value === undefined && sibling === undefined) return []
      const at = [...content.at, memberName, ...(isList ? [index] : [])]
      return [{ at, type: typeIn(member, value) }]
    })
  })
}

/** The place of a location, or undefined when the definitions do not know one of its members. */
export function placeAt(root: JsonObject, at: Location): Place | undefined {
  let type: string | undefined = resourceTypeOf(root)
  for (const [index, key] of at.entries()) {
    if (typeof key === 'number') continue
    const list = typeof at[index + 1] === 'number' ? 2 : 1
    type = memberType(type, key, valueAt(root, at.slice(0, index + list)))
    if (type === undefined) return undefined
  }
  return { at, type }
}

function memberType(type: string, key: string, value: JsonValue | undefined): string | undefined {
  const [found] = membersNamed(type, key.replace(/^_/, ''))
  if (!found) return undefined
  return key.startsWith('_') ? 'Element' : typeIn(found[1], value)
}

/** The object with a place's own members, made when a primitive has none yet. */
export function contentObject(root: JsonObject, place: Place): JsonObject {
  const { at } = contentOf(place)
  const existing = valueAt(root, at)
  if (isObject(existing)) return existing
  const { holder, name, index, repeats } = slotOf(place.at)
  const owner = valueAt(root, holder) as JsonObject
  const items = readItems(owner, name)
  const content: JsonObject = {}
  items[index]!.sibling = content
  writeItems(owner, name, items, repeats)
  return content
}

/** Where a place's own members are and of which type they are: for a primitive, beside it. */
export function contentOf(place: Place): Place {
  if (typeTable(place.type)?.kind !== 'primitive') return place
  const { holder, name, index, repeats } = slotOf(place.at)
  return { at: [...holder, `_${name}`, ...(repeats ? [index] : [])], type: 'Element' }
}

/** Takes a location apart. It must not be the root. */
export function slotOf(at: Location): Slot {
  const last = at.at(-1)
  if (typeof last === 'string') return { holder: at.slice(0, -1), name: last, index: 0, repeats: false }
  return { holder: at.slice(0, -2), name: at.at(-2) as string, index: last as number, repeats: true }
}

function typeIn(member: Member, value: JsonValue | undefined): string {
  return member.type === 'Resource' && isObject(value) ? resourceTypeOf(value) : member.type
}

function resourceTypeOf(resource: JsonObject): string {
  return typeof resource.resourceType === 'string' ? resource.resourceType : 'Resource'
}

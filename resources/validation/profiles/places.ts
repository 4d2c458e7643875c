import { membersOf, typeTable } from '../../definitions/definitions.ts'
import type { Place } from '../place.ts'
import { placesOf } from '../walk.ts'

const NONE: readonly Place[] = []

/** The values of an element of an object, by its name in definitions (`value[x]`, or `valueQuantity` for that alone). */
export function placesAt(around: Place, name: string): readonly Place[] {
  const { value } = around
  const whole = typeof value === 'object' && value !== null
  // What a primitive stands for is an element of its type in the definitions, which JSON does not have.
  if (!whole && name === 'value') return value === undefined ? NONE : [{ ...around, sibling: undefined }]
  const object = (whole ? value : around.sibling) as Readonly<Record<string, unknown>> | undefined
  if (!object) return NONE
  const type = whole ? around.type : 'Element'
  if (!typeTable(type)) return NONE
  const members = membersOf(type)
  if (!name.endsWith('[x]')) {
    const member = members.get(name)
    if (!member || (object[name] === undefined && object[`_${name}`] === undefined)) return NONE
    return placesOf(around, name, member, object)
  }
  const stem = name.slice(0, -3)
  for (const key in object) {
    const bare = key.startsWith('_') ? key.slice(1) : key
    const member = bare.startsWith(stem) ? members.get(bare) : undefined
    if (member?.name === name) return placesOf(around, bare, member, object)
  }
  return NONE
}

/** What stands for a value in sets of what was looked at: the object, or for a primitive its place. */
export function identityOf(place: Place): object {
  return typeof place.value === 'object' && place.value !== null ? place.value : place
}

import { fieldOf } from '../../resources/store/mongo/document.ts'
import type { Place, SortKey } from '../sort.ts'
import { ALWAYS, anyOf, everyOf, type MongoFilter } from './conditions.ts'

/** A key that results are sorted by, as a field of documents. */
export interface Field {
  path: string
  descending: boolean
  /** What no value is less than, where a document may have none. */
  least?: string | number
}

/** An order of results, and from behind which place on they are wanted; or backward, from in front of it. */
export interface Order {
  fields: readonly Field[]
  place: Place | undefined
  backward: boolean
}

/** Documents that all have the fields they are sorted by; one behind the other such stretches make up an order. */
export interface Stretch {
  filter: MongoFilter
  sort: Record<string, 1 | -1>
}

export function fieldsOf(sort: readonly SortKey[]): Field[] {
  return sort.map(({ by, descending }) => {
    if (by === 'id') return { path: '_id', descending }
    if (by === 'lastUpdated') return { path: 't', descending }
    const path = `s.${fieldOf(by.param)}.${descending ? 'z' : 'a'}`
    return { path, descending, least: by.table === 'range' ? Number.NEGATIVE_INFINITY : '' }
  })
}

/** Whether an order is made up of stretches: no field but the first may be absent. */
export function hasStretches(fields: readonly Field[]): boolean {
  return fields.slice(1).every(({ least }) => least === undefined)
}

/**
 * The stretches of an order that has them, in the order in which they come. Those without a value are the last, backward the
 * first; with `isRequired` there are none.
 */
export function stretchesOf({ fields, place, backward }: Order, isRequired: boolean): Stretch[] {
  const [first] = fields
  if (first?.least === undefined) return [stretch({ fields, place, backward }, ALWAYS)]
  const isPast = place !== undefined && place[0] === null
  const from = isPast ? undefined : place
  const having = stretch({ fields, place: from, backward }, { [first.path]: { $gte: first.least } })
  const rest = isPast ? (place.slice(1) as unknown as Place) : undefined
  const without = stretch({ fields: fields.slice(1), place: rest, backward }, { [first.path]: null })
  if (backward) return isRequired || (place && !isPast) ? [having] : [without, having]
  if (isPast) return [without]
  return isRequired ? [having] : [having, without]
}

function stretch(order: Order, filter: MongoFilter): Stretch {
  return { filter: everyOf([filter, beyond(order)]), sort: sortOf(order) }
}

/** Which way values go. */
export function direction(descending: boolean, backward: boolean): 1 | -1 {
  return descending === backward ? 1 : -1
}

/** Of two fields with one path the second sorts nothing any more. Ties go by their ids. */
function sortOf({ fields, backward }: Order): Record<string, 1 | -1> {
  const sort: Record<string, 1 | -1> = {}
  for (const { path, descending } of fields) sort[path] ??= direction(descending, backward)
  sort._id ??= direction(false, backward)
  return sort
}

/** That a document which has all fields comes behind the place; backward, in front of it. */
function beyond({ fields, place, backward }: Order): MongoFilter {
  if (!place) return ALWAYS
  const past = ({ path, descending }: Field, value: unknown, orSame = '') => {
    return { [path]: { [`${direction(descending, backward) === 1 ? '$gt' : '$lt'}${orSame}`]: value } }
  }
  const equal = (count: number) => fields.slice(0, count).map(({ path }, at) => ({ [path]: place[at] }))
  const cases = fields.map((field, at) => everyOf([...equal(at), past(field, place[at])]))
  const behindTies = past({ path: '_id', descending: false }, place.at(-1))
  const later = anyOf([...cases, everyOf([...equal(fields.length), behindTies])])
  // Where an index is entered.
  return fields[0] ? everyOf([past(fields[0], place[0], 'e'), later]) : later
}

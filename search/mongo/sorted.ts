import type { Document } from 'mongodb'
import { anyOf, everyOf, type MongoFilter, NEVER } from './conditions.ts'
import { direction, type Field, type Order } from './order.ts'

/**
 * The steps of an aggregation that sorts what comes by several fields, of which any may be absent, and leaves out what is
 * not beyond the place. Documents have their values as `valueName` says. No index gives such an order: all are sorted.
 */
export function sortSteps(order: Order, count: number): Document[] {
  const { fields, backward } = order
  const flags = fields.map((_, at) => [flagName(at), { $eq: [{ $type: `$${valueName(at)}` }, 'missing'] }])
  const sort: Record<string, 1 | -1> = {}
  for (const [at, { descending }] of fields.entries()) {
    sort[flagName(at)] = direction(false, backward)
    sort[valueName(at)] = direction(descending, backward)
  }
  sort._id = direction(false, backward)
  return [{ $set: Object.fromEntries(flags) }, { $match: beyond(order) }, { $sort: sort }, { $limit: count }]
}

/** Under which name a document has its value of the field at a place. */
export function valueName(at: number): string {
  return `k${at}`
}

/** Under which name it says that it has none. */
function flagName(at: number): string {
  return `n${at}`
}

function beyond({ fields, place, backward }: Order): MongoFilter {
  if (!place) return {}
  const equal = fields.map((_, at) => (place[at] === null ? { [flagName(at)]: true } : { [valueName(at)]: place[at] }))
  const cases = fields.map((field, at) =>
    everyOf([...equal.slice(0, at), past(field, at, place[at] ?? null, backward)]),
  )
  const behindTies = { _id: { [backward ? '$lt' : '$gt']: place.at(-1) } }
  return anyOf([...cases, everyOf([...equal, behindTies])])
}

function past({ descending }: Field, at: number, value: string | number | null, backward: boolean): MongoFilter {
  // Behind those without a value come only others without.
  if (value === null) return backward ? { [flagName(at)]: false } : NEVER
  const later = { [valueName(at)]: { [direction(descending, backward) === 1 ? '$gt' : '$lt']: value } }
  return backward ? later : anyOf([later, { [flagName(at)]: true }])
}

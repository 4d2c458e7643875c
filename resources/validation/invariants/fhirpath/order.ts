import { type Item, type Items, singleOf } from './item.ts'
import { ForEngine, Unanswered } from './syntax.ts'
import { compareTimes, isTime } from './times.ts'

/** Order of two single values: below, at or above 0; undefined where one is missing or it cannot be told. Throws where they cannot be compared. */
export function compareCollections(one: Items, other: Items): number | undefined {
  if (one.length === 0 || other.length === 0) return undefined
  const a = singleOf(one)
  const b = singleOf(other)
  if (a === undefined || b === undefined) return undefined
  return compareItems(one[0]!, other[0]!, a, b)
}

function compareItems(one: Item, other: Item, a: unknown, b: unknown): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') {
    if (isTime(one.type) && isTime(other.type)) return compareTimes(one, other)
    if (isTime(one.type) || isTime(other.type)) throw new ForEngine()
    return a < b ? -1 : a > b ? 1 : 0
  }
  if (typeof a === 'object' && typeof b === 'object') return compareQuantities(a, b)
  if (typeof a === 'object' || typeof b === 'object') throw new ForEngine()
  throw new Unanswered('values of types that cannot be compared')
}

/** Quantities of the same unit; others are left to the engine, which converts them. */
function compareQuantities(a: unknown, b: unknown): number | undefined {
  const one = a as Readonly<Record<string, unknown>>
  const other = b as Readonly<Record<string, unknown>>
  const isPlain = one.code !== undefined && one.code === other.code && one.system === other.system
  if (!isPlain || typeof one.value !== 'number' || typeof other.value !== 'number') throw new ForEngine()
  if (one.comparator !== undefined || other.comparator !== undefined) throw new ForEngine()
  return one.value - other.value
}

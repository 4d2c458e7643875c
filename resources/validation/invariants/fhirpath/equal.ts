import { type Evaluation, type Item, type Items, NONE } from './item.ts'
import { ForEngine } from './syntax.ts'
import { compareTimes, isTime } from './times.ts'

/** Whether two items are equal (FHIRPath, "Equals"); undefined where it cannot be told. */
export function equalItems(one: Item, other: Item): boolean | undefined {
  const { value } = one
  if (isTime(one.type) || isTime(other.type)) return equalTimes(one, other)
  if (typeof value !== 'object' || value === null) return value === other.value && sameBeside(one, other)
  if (isQuantity(one.type) || isQuantity(other.type)) throw new ForEngine()
  return isSame(value, other.value)
}

function equalTimes(one: Item, other: Item): boolean | undefined {
  if (one.value === undefined || other.value === undefined) return one.value === other.value && sameBeside(one, other)
  if (!isTime(one.type) || !isTime(other.type)) throw new ForEngine()
  const order = compareTimes(one, other)
  return order === undefined ? undefined : order === 0 && sameBeside(one, other)
}

/** What is beside primitives of the resource belongs to them; FHIRPath's own values have nothing beside them. */
function sameBeside(one: Item, other: Item): boolean {
  if (one.sibling === other.sibling || one.type.startsWith('System.') || other.type.startsWith('System.')) return true
  return isSame(one.sibling, other.sibling)
}

function isQuantity(type: string): boolean {
  return type === 'Quantity' || type === 'Age' || type === 'Duration' || type === 'Distance' || type === 'Count'
}

/** Whether two parsed JSON values are the same, in whichever order their members stand. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) !== Array.isArray(other)) return false
  const names = Object.keys(one)
  const others = other as Record<string, unknown>
  if (names.length !== Object.keys(other).length) return false
  return names.every(
    (name) => Object.hasOwn(others, name) && isSame((one as Record<string, unknown>)[name], others[name]),
  )
}

/** Whether two collections are equal: item by item; undefined where one is empty or it cannot be told. */
export function equalCollections(one: Items, other: Items): boolean | undefined {
  if (one.length === 0 || other.length === 0) return undefined
  if (one.length !== other.length) return false
  if (one.length === 1) return equalItems(one[0]!, other[0]!)
  return one.every((item, at) => equalItems(item, other[at]!) === true)
}

/** Whether an item is in a collection. */
export function isIn(item: Item, items: Items, evaluation: Evaluation): boolean {
  evaluation.spend(items.length)
  return items.some((other) => equalItems(item, other) === true)
}

/** A collection with each item once. */
export function distinct(items: Items, evaluation: Evaluation): Items {
  if (items.length < 2) return items
  const values = new Set<unknown>()
  const found: Item[] = []
  for (const item of items) {
    const { value } = item
    // Plain values are told apart at once: there may be thousands of them.
    if (item.sibling === undefined && typeof value !== 'object' && value !== undefined && !isTime(item.type)) {
      if (values.has(value)) continue
      values.add(value)
    } else if (isIn(item, found, evaluation)) continue
    found.push(item)
  }
  return found.length === items.length ? items : found
}

/** What is in both collections, each once. */
export function intersection(one: Items, other: Items, evaluation: Evaluation): Items {
  if (one.length === 0 || other.length === 0) return NONE
  return distinct(one, evaluation).filter((item) => isIn(item, other, evaluation))
}

import { isObject, type JsonObject, type JsonValue } from '../json/lossless.ts'
import { checkDepth } from './budget.ts'

/** A copy that shares nothing that can change, to stand `depth` levels deep. Kept numbers are frozen, so shared. */
export function cloneTree<Value extends JsonValue>(value: Value, depth?: number): Value
export function cloneTree(value: JsonValue, depth = 0): JsonValue {
  checkDepth(depth)
  if (Array.isArray(value)) return value.map((item) => cloneTree(item, depth + 1))
  if (!isObject(value)) return value
  const copy: JsonObject = {}
  for (const name of Object.keys(value)) setMember(copy, name, cloneTree(value[name]!, depth + 1))
  return copy
}

/** Number of values in a tree, itself included. Throws when it would stand too deep at `depth`. */
export function countNodes(value: JsonValue, depth: number): number {
  checkDepth(depth)
  if (!Array.isArray(value) && !isObject(value)) return 1
  let count = 1
  for (const item of Array.isArray(value) ? value : Object.values(value)) count += countNodes(item, depth + 1)
  return count
}

/** Characters of all strings in a value. */
export function countCharacters(value: JsonValue): number {
  if (typeof value === 'string') return value.length
  if (!Array.isArray(value) && !isObject(value)) return 0
  let count = 0
  for (const item of Array.isArray(value) ? value : Object.values(value)) count += countCharacters(item)
  return count
}

/** Sets a member of an object's own: assigning to `__proto__` would change its prototype instead. */
export function setMember(object: JsonObject, name: string, value: JsonValue): void {
  if (name !== '__proto__') object[name] = value
  else Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true })
}

/** A member of an object's own; undefined for what it inherits (`constructor`). */
export function ownMember(object: JsonObject, name: string): JsonValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

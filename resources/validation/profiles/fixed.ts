import type { Place } from '../place.ts'

/** Whether a value is exactly the fixed one: no member more (id and extensions too), none less, lists in the same order. */
export function isFixed(place: Place, fixed: unknown): boolean {
  return place.sibling === undefined && isSame(place.value, fixed)
}

/**
 * Whether a value has all that the pattern has: each item of a list is met by some item, and members that the pattern
 * does not have may be there (R4 ElementDefinition.pattern[x]).
 */
export function fits(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern)) {
    return Array.isArray(value) && pattern.every((item) => value.some((one) => fits(one, item)))
  }
  if (!isObject(pattern)) return isSame(value, pattern)
  if (!isObject(value)) return false
  for (const key in pattern) if (!fits(value[key], pattern[key])) return false
  return true
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((item, at) => isSame(item, other[at]))
  }
  if (!isObject(one) || !isObject(other) || Array.isArray(other)) return false
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => isSame(one[key], other[key]))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

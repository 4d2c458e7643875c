import { everything } from './everything.ts'
import type { Level, Operation } from './operation.ts'

/** All operations of this server. */
export const OPERATIONS: readonly Operation[] = [everything]

const byPlace = new Map<string, Operation>()
for (const operation of OPERATIONS) {
  for (const level of operation.levels) {
    for (const type of operation.resourceTypes) {
      const place = placeName(operation.code, level, type)
      if (byPlace.has(place)) throw new Error(`two operations for ${place}`)
      byPlace.set(place, operation)
    }
  }
}

/** The operation of this code at a level of a type; undefined where there is none. */
export function operationAt(code: string, level: Level, type: string): Operation | undefined {
  return byPlace.get(placeName(code, level, type))
}

function placeName(code: string, level: Level, type: string): string {
  return `${level} ${type} $${code}`
}

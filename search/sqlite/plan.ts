import type { SortKey } from '../sort.ts'
import type { Part, Source } from './source.ts'
import { canWalk } from './walk.ts'

/** How a query finds its resources. */
export interface Plan {
  /** What gives them from an index; without it all of the type are looked at. */
  driver: Part | undefined
  /** Whether the index of the first sort key is walked instead. */
  walk: boolean
}

/** Resources that are looked at without looking for a better way, and that are gathered and sorted at the most. */
export interface Limits {
  few: number
  many: number
}

export const LIMITS: Limits = { few: 100, many: 4_000 }

/** Tells how many resources a driver gives, counting up to `most`. */
export type SizeOf = (driver: Part, most: number) => number

/**
 * Chooses what drives a query: the first criterion that gives few. What gives many is not gathered where an index leads
 * through the results in their order; what is asked of the first sort key then bounds that walk.
 */
export function planOf(source: Source, sort: readonly SortKey[], sizeOf: SizeOf, { few, many } = LIMITS): Plan {
  const [key] = sort
  const canStep = key !== undefined && canWalk(key)
  const drivers = source.drivers.filter((driver) => !(canStep && bounds(driver, key)))
  const [only] = drivers
  if (!only) return { driver: undefined, walk: canStep }
  if (!key && drivers.length === 1 && source.inOrder(only)) return { driver: only, walk: false }
  for (const limit of [few, Math.min(few * 10, many), many]) {
    const small = drivers.find((driver) => sizeOf(driver, limit) < limit)
    if (small) return { driver: small, walk: false }
  }
  if (key) return { driver: canStep ? undefined : only, walk: canStep }
  return { driver: drivers.find((driver) => source.inOrder(driver)), walk: false }
}

function bounds({ expression }: Part, { by }: SortKey): boolean {
  return typeof by === 'object' && by.single && expression.kind === 'range' && expression.param === by.param
}

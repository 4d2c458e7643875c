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
 * Chooses what drives a query: what gives fewest. What gives many is not gathered where an index leads through the
 * results in their order.
 */
export function planOf(source: Source, sort: readonly SortKey[], sizeOf: SizeOf, { few, many } = LIMITS): Plan {
  const { drivers } = source
  const [only] = drivers
  const canStep = sort.length > 0 && canWalk(sort[0]!)
  if (!only) return { driver: undefined, walk: canStep }
  if (sort.length === 0 && drivers.length === 1 && source.inOrder(only)) return { driver: only, walk: false }
  const small = drivers.find((driver) => sizeOf(driver, few) < few)
  if (small) return { driver: small, walk: false }
  const sizes = drivers.map((driver) => sizeOf(driver, many))
  const least = Math.min(...sizes)
  if (least < many) return { driver: drivers[sizes.indexOf(least)], walk: false }
  if (sort.length > 0) return { driver: canStep ? undefined : only, walk: canStep }
  return { driver: drivers.find((driver) => source.inOrder(driver)), walk: false }
}

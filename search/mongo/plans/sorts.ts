import type { DeclaredIndex } from '../../../resources/store/mongo/indexes.ts'
import type { Bound } from './bounds.ts'
import { arrayOf } from './declaration.ts'

/** Stretches of an index that the server merges in the order of a sort (`internalQueryMaxScansToExplode`). */
const MOST_MERGED = 200

/** How an index gives a sort: in its own order, by merging stretches of it, or not at all. */
export type Served = 'in order' | 'merged' | 'not'

/** Whether an index with these bounds gives documents in an order. */
export function servedBy(
  { key }: DeclaredIndex,
  bounds: readonly Bound[],
  sort: Readonly<Record<string, 1 | -1>>,
): Served {
  const isOne = ({ test }: Bound) => test?.kind === 'points' && test.values.length === 1
  const fixed = new Set(bounds.filter(isOne).map(({ path }) => path))
  const wanted = Object.entries(sort).filter(([path]) => !fixed.has(path))
  const [first] = wanted
  if (!first) return 'in order'
  if (wanted.some(([path]) => arrayOf(path) !== undefined)) return 'not'
  const start = bounds.findIndex((bound) => !isOne(bound))
  if (start < 0) return 'not'
  if (follows(key, bounds.slice(start), wanted)) return 'in order'
  // Each combination of points in front of the sort is a stretch of its own.
  const at = bounds.findIndex(({ path }) => path === first[0])
  const front = bounds.slice(0, Math.max(0, at))
  const stretches = front.reduce((all, { test }) => all * (test?.kind === 'points' ? test.values.length : Infinity), 1)
  return at > 0 && stretches <= MOST_MERGED && follows(key, bounds.slice(at), wanted) ? 'merged' : 'not'
}

/** Whether the fields of an index are those of a sort, all in its directions or all against them. */
function follows(key: DeclaredIndex['key'], bounds: readonly Bound[], wanted: readonly [string, 1 | -1][]): boolean {
  if (bounds.length < wanted.length) return false
  const signs = wanted.map(([path, way], at) => (bounds[at]!.path === path ? way * key[path]! : 0))
  return signs.every((sign) => sign === 1) || signs.every((sign) => sign === -1)
}

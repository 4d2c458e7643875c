import type { DeclaredIndex } from '../../../resources/store/mongo/indexes.ts'
import { arrayOf } from './declaration.ts'
import type { Predicate, Test } from './predicates.ts'

/** What of a field's values in an index is looked at. */
export interface Bound {
  path: string
  /** Undefined: all of them. */
  test: Test | undefined
  used: readonly Predicate[]
}

/**
 * The ways in which an index may be bounded by predicates that all hold. Of an array only one of them counts, or those about
 * one element: another may be met by another element, so that both together bound nothing.
 */
export function waysOf({ key }: DeclaredIndex, predicates: readonly Predicate[]): Bound[][] {
  const paths = Object.keys(key)
  const array = paths.map(arrayOf).find((one) => one !== undefined)
  const plain = predicates.filter(({ path }) => arrayOf(path) === undefined)
  const within = predicates.filter(({ path }) => array !== undefined && arrayOf(path) === array)
  const elements = [...new Set(within.flatMap(({ element }) => element ?? []))]
  const choices = [
    ...elements.map((one) => within.filter(({ element }) => element === one)),
    ...within.filter(({ element }) => element === undefined).map((one) => [one]),
  ]
  if (choices.length === 0) choices.push([])
  return choices.map((chosen) => paths.map((path) => boundOf(path, [...plain, ...chosen])))
}

function boundOf(path: string, predicates: readonly Predicate[]): Bound {
  const used = predicates.filter((one) => one.path === path)
  return { path, test: used.length === 0 ? undefined : used.map(({ test }) => test).reduce(both), used }
}

/** Both tests of one value. */
function both(one: Test, other: Test): Test {
  if (one.kind === 'points' && other.kind === 'points') return one.values.length <= other.values.length ? one : other
  if (one.kind === 'points') return one
  if (other.kind === 'points') return other
  return { kind: 'range', low: one.low || other.low, high: one.high || other.high, from: one.from ?? other.from }
}

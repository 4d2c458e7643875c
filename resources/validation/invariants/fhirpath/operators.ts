import { type Compiled, ofItems, ofTruth } from './compiled.ts'
import { distinct, equalCollections, isIn } from './equal.ts'
import { type Items, NONE, numberItem, singleOf, stringItem, textOf } from './item.ts'
import { compareCollections } from './order.ts'
import { ForEngine, Unanswered } from './syntax.ts'

type Operator = (left: Compiled, right: Compiled) => Compiled

const OPERATORS: Readonly<Record<string, Operator>> = {
  and: (left, right) =>
    ofTruth((focus, evaluation) => {
      const one = left.truth(focus, evaluation)
      if (one === false) return false
      const other = right.truth(focus, evaluation)
      return other === true ? one : other
    }),
  or: (left, right) =>
    ofTruth((focus, evaluation) => {
      const one = left.truth(focus, evaluation)
      if (one === true) return true
      const other = right.truth(focus, evaluation)
      return other === false ? one : other
    }),
  xor: (left, right) =>
    ofTruth((focus, evaluation) => {
      const one = left.truth(focus, evaluation)
      const other = right.truth(focus, evaluation)
      return one === undefined || other === undefined ? undefined : one !== other
    }),
  implies: (left, right) =>
    ofTruth((focus, evaluation) => {
      const one = left.truth(focus, evaluation)
      if (one === false) return true
      const other = right.truth(focus, evaluation)
      return one === true || other === true ? other : undefined
    }),
  '=': (left, right) => ofCollections(left, right, equalCollections),
  '!=': (left, right) =>
    ofCollections(left, right, (one, other) => {
      const equal = equalCollections(one, other)
      return equal === undefined ? undefined : !equal
    }),
  '<': (left, right) => ofOrder(left, right, (order) => order < 0),
  '>': (left, right) => ofOrder(left, right, (order) => order > 0),
  '<=': (left, right) => ofOrder(left, right, (order) => order <= 0),
  '>=': (left, right) => ofOrder(left, right, (order) => order >= 0),
  in: (left, right) => membership(left, right),
  contains: (left, right) => membership(right, left),
  '|': (left, right) =>
    ofItems((focus, evaluation) => {
      const one = left.items(focus, evaluation)
      const other = right.items(focus, evaluation)
      return distinct(other.length === 0 ? one : [...one, ...other], evaluation)
    }),
  '&': (left, right) =>
    ofItems((focus, evaluation) => {
      const one = textOf(left.items(focus, evaluation)) ?? ''
      return [stringItem(one + (textOf(right.items(focus, evaluation)) ?? ''))]
    }),
  '+': (left, right) =>
    ofSingles(left, right, (a, b) => {
      if (typeof a === 'string' && typeof b === 'string') return [stringItem(a + b)]
      return sum(a, b, (one, other) => one + other)
    }),
  '-': (left, right) => ofSingles(left, right, (a, b) => sum(a, b, (one, other) => one - other)),
  '*': (left, right) => ofSingles(left, right, (a, b) => sum(a, b, (one, other) => one * other)),
}

/** An operation on two expressions. Throws ForEngine for one that is left to the engine. */
export function operation(operator: string, left: Compiled, right: Compiled): Compiled {
  const make = OPERATORS[operator]
  if (!make) throw new ForEngine()
  return make(left, right)
}

function ofCollections(
  left: Compiled,
  right: Compiled,
  compare: (one: Items, other: Items) => boolean | undefined,
): Compiled {
  return ofTruth((focus, evaluation) => compare(left.items(focus, evaluation), right.items(focus, evaluation)))
}

function ofOrder(left: Compiled, right: Compiled, test: (order: number) => boolean): Compiled {
  return ofCollections(left, right, (one, other) => {
    const order = compareCollections(one, other)
    return order === undefined ? undefined : test(order)
  })
}

function membership(item: Compiled, collection: Compiled): Compiled {
  return ofTruth((focus, evaluation) => {
    const one = item.items(focus, evaluation)
    if (one.length === 0) return undefined
    const items = collection.items(focus, evaluation)
    if (items.length === 0) return false
    if (one.length > 1) throw new Unanswered('several values where one is asked for')
    return isIn(one[0]!, items, evaluation)
  })
}

function ofSingles(left: Compiled, right: Compiled, compute: (a: unknown, b: unknown) => Items): Compiled {
  return ofItems((focus, evaluation) => {
    const a = singleOf(left.items(focus, evaluation))
    const b = singleOf(right.items(focus, evaluation))
    return a === undefined || b === undefined ? NONE : compute(a, b)
  })
}

/** Decimals are left to the engine, which calculates them as such. */
function sum(a: unknown, b: unknown, compute: (one: number, other: number) => number): Items {
  if (!Number.isInteger(a) || !Number.isInteger(b)) throw new ForEngine()
  return [numberItem(compute(a as number, b as number), true)]
}

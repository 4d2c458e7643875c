import { booleanItems, type Evaluation, type Items, truthOf } from './item.ts'

/** What `$this` is about, and the evaluation it belongs to. */
type About<Result> = (focus: Items, evaluation: Evaluation) => Result

/** An expression as plain functions: one gives what another would give more slowly. */
export interface Compiled {
  items: About<Items>
  /** The collection as a truth; undefined where it is empty. */
  truth: About<boolean | undefined>
  /** Whether the collection has anything in it. */
  isThere: About<boolean>
  /** Whether it gives a truth, or nothing, whatever it is about. */
  isTruth: boolean
}

/** What gives a collection. */
export function ofItems(items: Compiled['items'], isThere?: Compiled['isThere']): Compiled {
  return {
    items,
    truth: (focus, evaluation) => truthOf(items(focus, evaluation)),
    isThere: isThere ?? ((focus, evaluation) => items(focus, evaluation).length > 0),
    isTruth: false,
  }
}

/** What gives a truth, or nothing. */
export function ofTruth(truth: Compiled['truth']): Compiled {
  return {
    items: (focus, evaluation) => booleanItems(truth(focus, evaluation)),
    truth,
    isThere: (focus, evaluation) => truth(focus, evaluation) !== undefined,
    isTruth: true,
  }
}

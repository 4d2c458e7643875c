import type { Pair } from './plain.ts'
import type { Known, View } from './view.ts'

/** Whether a resource meets a criterion. */
export type Holds = (known: Known) => boolean

/**
 * What a criterion means, told by who made it: nothing of it is read. What is to be refused is refused before it is asked
 * of any resource.
 */
export interface Meaning {
  /** Whether a type has what is asked: a chain without a type goes where it is. */
  knows(type: string): boolean
  in(view: View): Holds
}

/** A criterion as it is written, and what it means. */
export interface Criterion extends Meaning {
  pair: Pair
}

/** That one of what a reference leads to meets all of these. */
export function chainMeaning(param: string, targets: readonly string[], ...far: readonly Meaning[]): Meaning['in'] {
  const known = targets.filter((target) => far.every((one) => one.knows(target)))
  return (view) => {
    const holds = far.map((one) => one.in(view))
    return (known1) => view.referredBy(known1, param, known).some((other) => holds.every((one) => one(other)))
  }
}

/** That one of what refers to a resource meets this. */
export function hasMeaning(source: string, param: string, far: Meaning): Meaning['in'] {
  return (view) => {
    const holds = far.in(view)
    return (known) => view.referringTo(known, source, param).some(holds)
  }
}

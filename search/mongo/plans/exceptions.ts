import type { Fault } from './faults.ts'
import type { Plan } from './plan.ts'

/** A fault that is let be, and why. */
export interface Exception {
  name: string
  fault: Fault
  is(plan: Plan): boolean
  reason: string
}

/** All that the plans of searches are excused for. */
export const EXCEPTIONS: readonly Exception[] = [
  {
    name: 'beginnings of texts',
    fault: 'sorted in memory',
    is: ({ selectivity }) => selectivity === 'a stretch of keys',
    reason:
      'Texts that begin so, and codes of any system, are stretches of keys, and no index of an array gives such a stretch in the order of anything else. All documents in it are read, as many as have such a name; the page is kept while they are. MongoDB goes by ids instead where they are so many that a page is full sooner.',
  },
  {
    name: 'words',
    fault: 'sorted in memory',
    is: ({ selectivity }) => selectivity === 'one word',
    reason:
      'A resource has some twenty words, more than all else that it is found by. With ids their index would take four times the room (866 bytes a resource, not 229), for searches that are rare: what has a rare word is read and sorted, and MongoDB goes by ids where a word is so common that a page is full sooner.',
  },
  {
    name: 'chains that lead to many',
    fault: 'sorted in memory',
    is: ({ selectivity, stretches }) => selectivity === 'one key' && stretches > 200,
    reason:
      'Up to 200 keys are merged in the order of ids. What refers to more resources than that is read as a whole, of which the page is kept; more than 20,000 are refused, or looked for from the other side where that leads to fewer.',
  },
]

/** The exception that a plan's fault is let be by. */
export function exceptionOf(fault: Fault, plan: Plan): Exception | undefined {
  return EXCEPTIONS.find((one) => one.fault === fault && one.is(plan))
}

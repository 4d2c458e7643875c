import type { Covered } from './coverage.ts'

/** How far the index entries of a store are those that this server makes, as the store keeps it. */
export interface Progress {
  /** What all resources have entries of. */
  covered?: Covered | undefined
  /** What this run gives them entries of; notes of old have none. */
  run?: Covered | undefined
  /** Behind which resource to go on; absent when all are done. */
  after?: string
  done: number
  started: string
  finished?: string
}

/** Whether two say that resources have the same entries. */
export function isSame(run: Covered | undefined, other: Covered): boolean {
  return run?.made === other.made && JSON.stringify(run.custom) === JSON.stringify(other.custom)
}

import type { ClosurePair } from '../../resources/terminology/answers.ts'
import type { AskedCoding } from '../../resources/validation/question.ts'

/** A closure table as it is kept: what was put into it, and what follows from that, each with the version it came in. */
export interface ClosureTable {
  /** Counts what was put in: 0 for nothing. */
  version: number
  concepts: readonly AskedCoding[]
  pairs: readonly (ClosurePair & { since: number })[]
}

/** The closure tables of one caller, by their names. */
export interface ClosureTables {
  find(name: string): Promise<{ table: ClosureTable; revision: number } | undefined>
  /** Keeps a table in the place of the one of this revision, or of none. Throws `conflict` where that is not there any more. */
  keep(name: string, table: ClosureTable, revision: number | undefined): Promise<void>
}

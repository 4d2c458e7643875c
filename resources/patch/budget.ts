import { worked } from '../effort.ts'
import { OutOfTime, withinTime } from '../path/within-time.ts'
import { tooCostly } from './operation-error.ts'

/** Deepest nesting a patch may build. Above the depth of any body the server reads, below what overflows a stack. */
const MAX_DEPTH = 1_000
const MAX_COPIED_NODES = 1_000_000
const MAX_COPIED_CHARACTERS = 32 * 1024 * 1024
const MAX_MS = 1_000

/** Of that, what the FHIRPath engine may take: it cannot be made to give way to others in between. */
const ENGINE_MS = 100

/**
 * What one patch may spend. A short patch can ask for a lot: a `copy` of the document into itself doubles it each time,
 * and a FHIRPath expression of a hundred characters can run for years.
 */
export class Budget {
  private nodes = MAX_COPIED_NODES
  private characters = MAX_COPIED_CHARACTERS
  private readonly end = worked() + MAX_MS
  private engineMs = ENGINE_MS

  /** Throws when the patch has taken too long. */
  checkTime(): void {
    if (worked() > this.end) throw tooCostly('the patch takes too long')
  }

  /** Runs an evaluation of the engine within what is left of its time. Throws when there is none. */
  evaluate<Result>(run: () => Result): Result {
    const start = worked()
    try {
      return withinTime(run, Math.max(1, Math.floor(this.engineMs)))
    } catch (error) {
      throw error instanceof OutOfTime ? tooCostly('the path takes too long') : error
    } finally {
      this.engineMs -= worked() - start
    }
  }

  /** Accounts for values that are copied within the document, and for the characters of their strings. */
  spendCopies(values: number, characters: number): void {
    this.nodes -= values
    this.characters -= characters
    if (this.nodes < 0) throw tooCostly(`the patch copies more than ${MAX_COPIED_NODES} values`)
    if (this.characters < 0) throw tooCostly(`the patch copies more than ${MAX_COPIED_CHARACTERS} characters`)
  }
}

/** Throws when a value would stand deeper than a patch may build. */
export function checkDepth(depth: number): void {
  if (depth > MAX_DEPTH) throw tooCostly(`the patch nests values deeper than ${MAX_DEPTH} levels`)
}

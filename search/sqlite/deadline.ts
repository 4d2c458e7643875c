import type { DatabaseSync } from 'node:sqlite'

/** A statement ran longer than it may. */
export class OutOfTime extends Error {
  constructor() {
    super('the search took too long')
  }
}

/**
 * Ends the statements of a connection in mid-way: it cannot be interrupted from outside, but the SQL function
 * `in_time(x)`, which stands in conditions, throws once the time is over.
 */
export class Deadline {
  private until = Number.POSITIVE_INFINITY
  private passed = false

  constructor(database: DatabaseSync) {
    database.function('in_time', { deterministic: false }, (_row) => {
      if (performance.now() < this.until) return 1
      this.passed = true
      throw new OutOfTime()
    })
  }

  /** Runs work that asks the connection, for so many ms. Throws OutOfTime. */
  run<T>(ms: number, work: () => T): T {
    this.passed = false
    this.until = performance.now() + ms
    try {
      return work()
    } catch (error) {
      throw this.passed ? new OutOfTime() : error
    } finally {
      this.until = Number.POSITIVE_INFINITY
    }
  }
}

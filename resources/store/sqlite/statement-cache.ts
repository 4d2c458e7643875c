import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Statements kept at the most; then the one that was made first goes. */
const MOST = 200

/** Prepared statements of one connection, by their text. */
export class StatementCache {
  private readonly database: DatabaseSync
  private readonly asArrays: boolean
  private readonly statements = new Map<string, StatementSync>()

  /** `asArrays`: rows are arrays of their columns, which cost less than objects. */
  constructor(database: DatabaseSync, { asArrays = false } = {}) {
    this.database = database
    this.asArrays = asArrays
  }

  prepare(text: string): StatementSync {
    let statement = this.statements.get(text)
    if (!statement) {
      if (this.statements.size >= MOST) this.statements.delete(this.statements.keys().next().value!)
      statement = this.database.prepare(text)
      statement.setReturnArrays(this.asArrays)
      this.statements.set(text, statement)
    }
    return statement
  }

  /** One that failed while its rows were iterated over is not reset by Node, and would fail once more. */
  forget(text: string): void {
    this.statements.delete(text)
  }
}

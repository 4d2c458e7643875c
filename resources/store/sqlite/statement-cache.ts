import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Statements kept at the most; then the one that was made first goes. */
const MOST = 200

/** Prepared statements of one connection, by their text. */
export class StatementCache {
  private readonly database: DatabaseSync
  private readonly statements = new Map<string, StatementSync>()

  constructor(database: DatabaseSync) {
    this.database = database
  }

  /** Lets go of all: a statement that ended in an exception reports it once more when it is run again. */
  forget(): void {
    this.statements.clear()
  }

  prepare(text: string): StatementSync {
    let statement = this.statements.get(text)
    if (!statement) {
      if (this.statements.size >= MOST) this.statements.delete(this.statements.keys().next().value!)
      statement = this.database.prepare(text)
      this.statements.set(text, statement)
    }
    return statement
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { FhirError } from '../../fhir-error.ts'
import type { Shelf, ShelfEntry, ShelfWriter } from '../concept-index/shelf.ts'
import { type Generations, inOne, tableOf } from './concept-generations.ts'
import { BOUND_LIMIT } from './limit.ts'

/** Reads the index of a generation. */
export class SqliteShelf implements Shelf {
  private readonly one: StatementSync
  private readonly some: StatementSync

  constructor(database: DatabaseSync, generation: number) {
    const table = tableOf(generation)
    this.one = database.prepare(`SELECT value FROM ${table} WHERE key = ?`)
    this.some = database.prepare(
      `SELECT key, value FROM ${table} WHERE key >= ? AND key < ? ORDER BY key LIMIT ${BOUND_LIMIT}`,
    )
    this.one.setReturnArrays(true)
    this.some.setReturnArrays(true)
  }

  async get(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return asking(() => keys.map((key) => (this.one.get(key) as unknown as [Uint8Array] | undefined)?.[0]))
  }

  async range(from: string, before: string, most: number): Promise<ShelfEntry[]> {
    return asking(() => this.some.all(from, before, most) as unknown as ShelfEntry[])
  }
}

/** Writes the index of a draft, each lot in a transaction of its own. */
export class SqliteShelfWriter implements ShelfWriter {
  private readonly database: DatabaseSync
  private readonly generations: Generations
  private readonly generation: number
  private readonly insert: StatementSync

  constructor(database: DatabaseSync, generations: Generations, generation: number) {
    this.database = database
    this.generations = generations
    this.generation = generation
    this.insert = database.prepare(`INSERT INTO ${tableOf(generation)} (key, value) VALUES (?, ?)`)
  }

  async put(entries: readonly ShelfEntry[]): Promise<void> {
    inOne(this.database, () => {
      this.generations.touch(this.generation)
      for (const [key, value] of entries) this.insert.run(key, value)
    })
  }
}

/** A generation that others have replaced is there for some minutes more; who still asks it then is told so. */
function asking<Result>(ask: () => Result): Result {
  try {
    return ask()
  } catch (error) {
    if (!/no such table/.test(String(error))) throw error
    throw FhirError.of('unavailable', 'The code system was replaced while it was read: ask again.')
  }
}

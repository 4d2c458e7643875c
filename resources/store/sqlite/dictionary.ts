import type { DatabaseSync, StatementSync } from 'node:sqlite'

/** Values kept in memory at the most; then the cache starts anew. */
const MOST_CACHED = 50_000

/** The integers that stand for searched values in index entries. For the writer alone: it gives them. */
export class Dictionary {
  private readonly select: StatementSync
  private readonly insert: StatementSync
  private readonly cache = new Map<string, number>()

  constructor(database: DatabaseSync) {
    this.select = database.prepare('SELECT id FROM value WHERE code = ? AND system = ?')
    this.insert = database.prepare('INSERT INTO value (system, code) VALUES (?, ?)')
  }

  /** The integer of a uri, or of a code without a system. */
  plain(text: string): number {
    return this.valueId(0, text)
  }

  /** The integer of a code in a system; '' is no system. */
  coded(system: string, code: string): number {
    return this.valueId(system === '' ? 0 : this.plain(system), code)
  }

  /** After a rollback: what was given in it is void. */
  forget(): void {
    this.cache.clear()
  }

  private valueId(system: number, code: string): number {
    const key = `${system} ${code}`
    const cached = this.cache.get(key)
    if (cached !== undefined) return cached
    const row = this.select.get(code, system)
    const id = row ? Number(row.id) : Number(this.insert.run(system, code).lastInsertRowid)
    if (this.cache.size >= MOST_CACHED) this.cache.clear()
    this.cache.set(key, id)
    return id
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Names } from './names.ts'

/** The row of a resource: what is current of it. */
export interface ResourceRow {
  rid: number
  version: number
  live: boolean
  /** Whether its `container` is given: it is contained, or ever contained others. */
  contains: boolean
}

const MOST_CACHED = 20_000

/** The table `resource` as the writer uses it. */
export class ResourceRows {
  private readonly names: Names
  private readonly select: StatementSync
  private readonly insert: StatementSync
  private readonly update: StatementSync
  /** rids by type and id, of targets of references: a Bundle names few of them often. */
  private readonly targets = new Map<string, number>()

  constructor(database: DatabaseSync, names: Names) {
    this.names = names
    this.select = database.prepare('SELECT rid, version, live, container FROM resource WHERE type = ? AND id = ?')
    this.insert = database.prepare('INSERT INTO resource (type, id) VALUES (?, ?)')
    this.update = database.prepare('UPDATE resource SET seq = ?, version = ?, updated = ?, live = ? WHERE rid = ?')
  }

  find(type: number, id: string): ResourceRow | undefined {
    const row = this.select.get(type, id)
    if (!row) return undefined
    return {
      rid: Number(row.rid),
      version: Number(row.version),
      live: row.live === 1,
      contains: row.container !== null,
    }
  }

  add(type: number, id: string): ResourceRow {
    return { rid: Number(this.insert.run(type, id).lastInsertRowid), version: 0, live: false, contains: false }
  }

  /** Points the row at its newest version. */
  point(rid: number, seq: number, version: number, updated: number, live: boolean): void {
    this.update.run(seq, version, updated, live ? 1 : 0, rid)
  }

  /** rid of the target of a reference; a row is made for one that was never written. */
  target(typeName: string, id: string): number {
    const key = `${typeName}/${id}`
    const cached = this.targets.get(key)
    if (cached !== undefined) return cached
    const type = this.names.typeId(typeName)
    const { rid } = this.find(type, id) ?? this.add(type, id)
    if (this.targets.size >= MOST_CACHED) this.targets.clear()
    this.targets.set(key, rid)
    return rid
  }

  /** After a rollback: rows added in it are void. */
  forget(): void {
    this.targets.clear()
  }
}

import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { insideId, insideName } from '../../contained.ts'
import type { ContainedResource } from '../port.ts'
import type { EntryRows } from './entry-rows.ts'
import type { Names } from './names.ts'
import type { ResourceRow, ResourceRows } from './rows.ts'

/** The container, by its name and its row. */
interface Container {
  type: string
  id: string
  row: ResourceRow
}

/** The version that is current of a resource. */
interface Current {
  seq: number
  version: number
  updated: number
}

/** Rows of contained resources: they come, change and go with their container. */
export class ContainedRows {
  private readonly names: Names
  private readonly resources: ResourceRows
  private readonly entries: EntryRows
  private readonly current: StatementSync
  private readonly select: StatementSync
  private readonly belong: StatementSync

  constructor(database: DatabaseSync, names: Names, resources: ResourceRows, entries: EntryRows) {
    this.names = names
    this.resources = resources
    this.entries = entries
    this.current = database.prepare('SELECT seq, version, updated FROM resource WHERE rid = ?')
    this.select = database.prepare('SELECT rid, type FROM resource WHERE container = ?1 AND rid <> ?1 AND live = 1')
    this.belong = database.prepare('UPDATE resource SET container = ? WHERE rid = ?')
  }

  /** Makes the resources in a container be exactly these, as of the version that is current of it. */
  replace(container: Container, contained: readonly ContainedResource[] = []): void {
    const { row } = container
    // Most resources never contain others: their writes end here.
    if (contained.length === 0 && !row.contains) return
    if (!row.contains) this.belong.run(row.rid, row.rid)
    const current = this.current.get(row.rid) as unknown as Current
    const gone = new Map(this.select.all(row.rid).map(({ rid, type }) => [Number(rid), Number(type)]))
    for (const one of contained) gone.delete(this.write(container, one, current))
    for (const [rid, type] of gone) {
      this.point(rid, current, false)
      this.entries.replace(rid, type, [], true)
    }
  }

  private write(container: Container, { type: name, id, entries }: ContainedResource, current: Current): number {
    const type = this.names.typeId(insideName(name))
    // Given for its own sake: it says what contains what.
    this.names.typeId(`${container.type}${insideName(name)}`)
    const own = insideId(container, id)
    const row = this.resources.find(type, own) ?? this.resources.add(type, own)
    if (!row.contains) this.belong.run(container.row.rid, row.rid)
    this.point(row.rid, current, true)
    this.entries.replace(row.rid, type, entries, row.live)
    return row.rid
  }

  private point(rid: number, { seq, version, updated }: Current, live: boolean): void {
    this.resources.point(rid, seq, version, updated, live)
  }
}

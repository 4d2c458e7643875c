import type { DatabaseSync } from 'node:sqlite'

/** Numbers of resource types and of search parameters in one database. They never change once given. */
export class Names {
  private readonly database: DatabaseSync
  private readonly types = new Map<string, number>()
  private readonly typeNames = new Map<number, string>()
  private readonly params = new Map<string, number>()

  constructor(database: DatabaseSync) {
    this.database = database
  }

  /** Number of a type; undefined when nothing of it was ever written or referred to. */
  findType(name: string): number | undefined {
    const known = this.types.get(name)
    if (known !== undefined) return known
    const row = this.database.prepare('SELECT id FROM type WHERE name = ?').get(name)
    return row && this.rememberType(name, Number(row.id))
  }

  /** Name of a type that is in use. */
  typeName(id: number): string {
    const known = this.typeNames.get(id)
    if (known !== undefined) return known
    const row = this.database.prepare('SELECT name FROM type WHERE id = ?').get(id)
    if (!row) throw new Error(`the store has no type ${id}`)
    this.rememberType(String(row.name), id)
    return String(row.name)
  }

  /** Number of a type, given now if need be. For the writer. */
  typeId(name: string): number {
    const known = this.findType(name)
    if (known !== undefined) return known
    const { lastInsertRowid } = this.database.prepare('INSERT INTO type (name) VALUES (?)').run(name)
    return this.rememberType(name, Number(lastInsertRowid))
  }

  /** Number of a type's search parameter; undefined when nothing was ever indexed under it. */
  findParam(type: number, code: string): number | undefined {
    const key = `${type} ${code}`
    const known = this.params.get(key)
    if (known !== undefined) return known
    const row = this.database.prepare('SELECT id FROM param WHERE type = ? AND code = ?').get(type, code)
    return row && this.rememberParam(key, Number(row.id))
  }

  /** Number of a type's search parameter, given now if need be. For the writer. */
  paramId(type: number, code: string): number {
    const known = this.findParam(type, code)
    if (known !== undefined) return known
    const { lastInsertRowid } = this.database.prepare('INSERT INTO param (type, code) VALUES (?, ?)').run(type, code)
    return this.rememberParam(`${type} ${code}`, Number(lastInsertRowid))
  }

  /** After a rollback: what was given in it is void. */
  forget(): void {
    this.types.clear()
    this.typeNames.clear()
    this.params.clear()
  }

  private rememberType(name: string, id: number): number {
    this.types.set(name, id)
    this.typeNames.set(id, name)
    return id
  }

  private rememberParam(key: string, id: number): number {
    this.params.set(key, id)
    return id
  }
}

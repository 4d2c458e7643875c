import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { insideName } from '../../resources/contained.ts'
import { type Fragment, raw, sql } from './fragment.ts'

/**
 * The numbers that types and search parameters have in a database, as they stand in statements. They never change once
 * given; for those that are not yet there, the statement looks when it is run.
 */
export class Numbers {
  private readonly selectType: StatementSync
  private readonly selectParam: StatementSync
  private readonly selectContainers: StatementSync
  private readonly known = new Map<string, Fragment>()

  constructor(database: DatabaseSync) {
    this.selectType = database.prepare('SELECT id FROM type WHERE name = ?')
    this.selectParam = database.prepare(
      'SELECT p.id FROM type t JOIN param p ON p.type = t.id WHERE t.name = ? AND p.code = ?',
    )
    this.selectContainers = database.prepare(
      `SELECT substr(name, 1, instr(name, '#') - 1) AS name FROM type
       WHERE instr(name, '#') > 1 AND substr(name, instr(name, '#')) = ? ORDER BY name`,
    )
  }

  /** The types of which some resource contains one of `type`, or did. */
  containers(type: string): string[] {
    return this.selectContainers.all(insideName(type)).map(({ name }) => String(name))
  }

  /** Number of a resource type. */
  type(name: string): Fragment {
    return this.known.get(name) ?? this.found(name, this.selectType.get(name)) ?? typeByName(name)
  }

  /** Number of a type's search parameter. */
  param(type: string, code: string): Fragment {
    const key = `${type} ${code}`
    return (
      this.known.get(key) ??
      this.found(key, this.selectParam.get(type, code)) ??
      sql`(SELECT id FROM param WHERE type = ${typeByName(type)} AND code = ${code})`
    )
  }

  private found(key: string, row: Record<string, unknown> | undefined): Fragment | undefined {
    if (!row) return undefined
    const fragment = raw(String(row.id))
    this.known.set(key, fragment)
    return fragment
  }
}

function typeByName(name: string): Fragment {
  return sql`(SELECT id FROM type WHERE name = ${name})`
}

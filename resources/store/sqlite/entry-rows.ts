import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { IndexEntry } from '../port.ts'
import type { Dictionary } from './dictionary.ts'
import type { Names } from './names.ts'
import type { ResourceRows } from './rows.ts'
import { WordRows } from './word-rows.ts'

/** The tables of index entries by the kind of their rows, and the columns that follow `rid` and make up their keys. */
const TABLES = {
  entry: ['param', 'value', 'grp'],
  string_entry: ['param', 'value', 'exact', 'grp'],
  range_entry: ['param', 'unit', 'low', 'high', 'grp'],
} as const

type Table = keyof typeof TABLES
/** All but words, which have a table of their own kind. */
type RowEntry = Exclude<IndexEntry, [kind: 'words', ...rest: unknown[]]>

type Columns = (number | string)[]

interface Statements {
  select: StatementSync
  insert: StatementSync
  remove: StatementSync
}

/** What a resource is found by. Writes only what differs from what is there. */
export class EntryRows {
  private readonly names: Names
  private readonly dictionary: Dictionary
  private readonly resources: ResourceRows
  readonly words: WordRows
  private readonly statements: Record<Table, Statements>

  constructor(database: DatabaseSync, names: Names, dictionary: Dictionary, resources: ResourceRows) {
    this.names = names
    this.dictionary = dictionary
    this.resources = resources
    this.words = new WordRows(database)
    const prepared = Object.entries(TABLES).map(([table, columns]) => [table, prepare(database, table, columns)])
    this.statements = Object.fromEntries(prepared) as Record<Table, Statements>
  }

  /** Makes the entries of a resource be exactly these. `had` tells whether it may have some already. */
  replace(rid: number, type: number, entries: IndexEntry[], had: boolean): void {
    const olds = had ? this.current(rid) : undefined
    for (const entry of entries) {
      if (entry[0] === 'words') continue
      const table = tableOf(entry)
      const columns = this.columnsOf(type, entry)
      if (!olds?.delete(keyOf(table, columns))) this.statements[table].insert.run(rid, ...columns)
    }
    for (const remove of olds?.values() ?? []) remove()
    this.words.replace(rid, type, entries, had)
  }

  /** The entries there are, by a key of their content, each with what removes it. */
  private current(rid: number): Map<string, () => void> {
    const olds = new Map<string, () => void>()
    for (const table of Object.keys(TABLES) as Table[]) {
      const { select, remove } = this.statements[table]
      for (const row of select.all(rid)) {
        const columns = TABLES[table].map((name) => row[name] as number | string)
        olds.set(keyOf(table, columns), () => remove.run(rid, ...columns))
      }
    }
    return olds
  }

  private columnsOf(type: number, entry: RowEntry): Columns {
    const param = this.names.paramId(type, entry[1])
    switch (entry[0]) {
      case 'string':
        return [param, entry[2], entry[3], entry[4] ?? 0]
      case 'range':
        return [param, entry[2] === '' ? 0 : this.dictionary.plain(entry[2]), entry[3], entry[4], entry[5] ?? 0]
      case 'token':
        return [param, this.dictionary.coded(entry[2], entry[3]), entry[4] ?? 0]
      case 'reference':
        return [param, this.resources.target(entry[2], entry[3]), entry[4] ?? 0]
      case 'uri':
        return [param, -this.dictionary.plain(entry[2]), entry[3] ?? 0]
    }
  }
}

function prepare(database: DatabaseSync, table: string, columns: readonly string[]): Statements {
  const all = ['rid', ...columns]
  // A great number without a fraction is kept as an integer that JavaScript cannot take.
  const asRead = columns.map((name) => (name === 'low' || name === 'high' ? `${name} + 0.0 AS ${name}` : name))
  return {
    select: database.prepare(`SELECT ${asRead.join(', ')} FROM ${table} WHERE rid = ?`),
    insert: database.prepare(
      `INSERT OR IGNORE INTO ${table} (${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})`,
    ),
    remove: database.prepare(`DELETE FROM ${table} WHERE ${all.map((name) => `${name} = ?`).join(' AND ')}`),
  }
}

function tableOf([kind]: RowEntry): Table {
  return kind === 'string' ? 'string_entry' : kind === 'range' ? 'range_entry' : 'entry'
}

function keyOf(table: Table, columns: Columns): string {
  return table === 'string_entry' ? `s${JSON.stringify(columns)}` : `${table[0]}${columns.join(' ')}`
}

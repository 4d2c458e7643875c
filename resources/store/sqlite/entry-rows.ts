import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { IndexEntry } from '../port.ts'
import type { Dictionary } from './dictionary.ts'
import type { Names } from './names.ts'
import type { ResourceRows } from './rows.ts'

/** The tables `entry` and `string_entry`: what a resource is found by. Writes only what differs from what is there. */
export class EntryRows {
  private readonly names: Names
  private readonly dictionary: Dictionary
  private readonly resources: ResourceRows
  private readonly statements: Record<
    'select' | 'insert' | 'delete' | 'selectText' | 'insertText' | 'deleteText',
    StatementSync
  >

  constructor(database: DatabaseSync, names: Names, dictionary: Dictionary, resources: ResourceRows) {
    this.names = names
    this.dictionary = dictionary
    this.resources = resources
    this.statements = {
      select: database.prepare('SELECT param, value FROM entry WHERE rid = ?'),
      insert: database.prepare('INSERT OR IGNORE INTO entry (rid, param, value) VALUES (?, ?, ?)'),
      delete: database.prepare('DELETE FROM entry WHERE rid = ? AND param = ? AND value = ?'),
      selectText: database.prepare('SELECT param, value, exact FROM string_entry WHERE rid = ?'),
      insertText: database.prepare('INSERT OR IGNORE INTO string_entry (rid, param, value, exact) VALUES (?, ?, ?, ?)'),
      deleteText: database.prepare('DELETE FROM string_entry WHERE rid = ? AND param = ? AND value = ? AND exact = ?'),
    }
  }

  /** Makes the entries of a resource be exactly these. `had` tells whether it may have some already. */
  replace(rid: number, type: number, entries: IndexEntry[], had: boolean): void {
    const olds = had ? this.current(rid) : undefined
    for (const entry of entries) {
      const param = this.names.paramId(type, entry[1])
      if (entry[0] === 'string') {
        const [, , folded, exact] = entry
        if (!olds?.delete(textKey(param, folded, exact))) this.statements.insertText.run(rid, param, folded, exact)
      } else {
        const value = this.valueOf(entry)
        if (!olds?.delete(key(param, value))) this.statements.insert.run(rid, param, value)
      }
    }
    for (const remove of olds?.values() ?? []) remove()
  }

  /** The entries there are, by a key of their content, each with what removes it. */
  private current(rid: number): Map<string, () => void> {
    const olds = new Map<string, () => void>()
    for (const { param, value } of this.statements.select.all(rid) as { param: number; value: number }[]) {
      olds.set(key(param, value), () => this.statements.delete.run(rid, param, value))
    }
    for (const row of this.statements.selectText.all(rid) as { param: number; value: string; exact: string }[]) {
      const { param, value, exact } = row
      olds.set(textKey(param, value, exact), () => this.statements.deleteText.run(rid, param, value, exact))
    }
    return olds
  }

  private valueOf(entry: Exclude<IndexEntry, ['string', ...unknown[]]>): number {
    switch (entry[0]) {
      case 'token':
        return this.dictionary.coded(entry[2], entry[3])
      case 'reference':
        return this.resources.target(entry[2], entry[3])
      case 'uri':
        return -this.dictionary.plain(entry[2])
    }
  }
}

function key(param: number, value: number): string {
  return `${param} ${value}`
}

function textKey(param: number, folded: string, exact: string): string {
  return `${param} ${JSON.stringify([folded, exact])}`
}

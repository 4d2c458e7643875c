import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { IndexEntry } from '../port.ts'

/**
 * A word of an index entry as the full-text table has it: with the number of its resource's type and its parameter in
 * front. The signs are no letters and no digits, and yet part of a token.
 */
export function tokenOf(type: number | string, param: string, word: string): string {
  return `${type}${param === '_text' ? '†' : '¶'}${word}`
}

/** Words of resources, in a full-text table that keeps nothing but which resource has which word. */
export class WordRows {
  private readonly insert: StatementSync

  constructor(database: DatabaseSync) {
    this.insert = database.prepare('INSERT OR REPLACE INTO word_entry (rowid, words) VALUES (?, ?)')
  }

  /** Makes the words of a resource be exactly these. `had` tells whether it may have some already. */
  replace(rid: number, type: number, entries: readonly IndexEntry[], had: boolean): void {
    const tokens = entries.flatMap((entry) =>
      entry[0] === 'words' ? entry[2].split(' ').map((word) => tokenOf(type, entry[1], word)) : [],
    )
    // No DELETE: it leaves a number of FTS5's own, too large for a JavaScript one, as the connection's last rowid.
    if (had || tokens.length > 0) this.insert.run(rid, tokens.join(' '))
  }
}

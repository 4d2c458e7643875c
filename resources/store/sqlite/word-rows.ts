import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { IndexEntry } from '../port.ts'

/**
 * A word of an index entry as the full-text table has it: with the number of its resource's type and its parameter in
 * front. The signs are no letters and no digits, and yet part of a token.
 */
export function tokenOf(type: number | string, param: string, word: string): string {
  return `${type}${param === '_text' ? '†' : '¶'}${word}`
}

/**
 * Words of resources, in a full-text table that keeps nothing but which resource has which word. FTS5 writes out what it
 * has at each savepoint, at many times the cost of one insert: so words wait until `flush`, once a transaction.
 */
export class WordRows {
  private readonly insert: StatementSync
  private waiting: { rid: number; words: string }[] = []

  constructor(database: DatabaseSync) {
    this.insert = database.prepare('INSERT OR REPLACE INTO word_entry (rowid, words) VALUES (?, ?)')
  }

  /** How many resources' words wait: where `keep` goes back to. */
  get mark(): number {
    return this.waiting.length
  }

  /** Lets go of the words that came behind a mark: what they belong to was rolled back. */
  keep(mark: number): void {
    this.waiting.length = mark
  }

  /** Writes what waits, in its order. */
  flush(): void {
    // No DELETE: it leaves a number of FTS5's own, too large for a JavaScript one, as the connection's last rowid.
    for (const { rid, words } of this.waiting) this.insert.run(rid, words)
    this.waiting = []
  }

  /** Makes the words of a resource be exactly these. `had` tells whether it may have some already. */
  replace(rid: number, type: number, entries: readonly IndexEntry[], had: boolean): void {
    const tokens = entries.flatMap((entry) =>
      entry[0] === 'words' ? entry[2].split(' ').map((word) => tokenOf(type, entry[1], word)) : [],
    )
    if (had || tokens.length > 0) this.waiting.push({ rid, words: tokens.join(' ') })
  }
}

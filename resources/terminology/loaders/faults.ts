import { basename } from 'node:path'

/** Faults that are told one by one. */
const TOLD = 20

/** Faults after which a file is taken for another kind of file, and not read to its end. */
const MOST = 1000

/** What is wrong with files that were read, line by line. Nothing of them is left out in silence. */
export class Faults {
  /** How many there are. */
  total = 0
  private readonly told: string[] = []

  /**
   * Notes that a line (counted from 1; 0 for what is not of one line) is no good.
   *
   * @throws Error with words for the user when there are too many to go on
   */
  add(path: string, line: number, words: string): void {
    this.total++
    if (this.told.length < TOLD) this.told.push(`${basename(path)}${line > 0 ? `, line ${line}` : ''}: ${words}`)
    if (this.total >= MOST) throw this.error()
  }

  /** @throws Error that names the first lines that are no good, where there are any */
  refuse(): void {
    if (this.total > 0) throw this.error()
  }

  private error(): Error {
    const more = this.total > this.told.length ? [`and ${this.total - this.told.length} more`] : []
    return new Error([...this.told, ...more].join('\n'))
  }
}

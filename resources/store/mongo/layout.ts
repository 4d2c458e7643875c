import type { Db } from 'mongodb'
import { monthlyName } from './audit-document.ts'
import type { NoteDocument } from './document.ts'
import { AUDIT_INDEXES, type DeclaredIndex, indexesOf, SHARED_INDEXES } from './indexes.ts'

/** The version of the layout that this chartroom reads and writes. */
const LAYOUT = 1

/** The name of the note that has it. */
export const LAYOUT_NOTE = 'layout'

const NAMESPACE_EXISTS = 48

/** The collections of a database with their indexes, made where they are not there; many processes may do so at once. */
export class Layout {
  private readonly database: Db
  private readonly made = new Map<string, Promise<void>>()

  constructor(database: Db) {
    this.database = database
  }

  /** Makes what all resources share. Throws an Error when the database was laid out by a newer chartroom. */
  async open(): Promise<void> {
    const notes = this.database.collection<NoteDocument>('notes')
    const found = await notes.findOne({ _id: LAYOUT_NOTE })
    if (Number(found?.value ?? 0) > LAYOUT) {
      throw new Error(
        `the store has layout version ${found?.value}, this chartroom knows up to ${LAYOUT}: run a newer chartroom, or restore a backup`,
      )
    }
    for (const [name, indexes] of Object.entries(SHARED_INDEXES)) await this.make(name, indexes)
    await notes.updateOne({ _id: LAYOUT_NOTE }, { $setOnInsert: { value: String(LAYOUT) } }, { upsert: true })
  }

  /** Makes the collections of types, by their names or `insideName`s: no transaction can do so while others write there. */
  async ensure(types: Iterable<string>): Promise<void> {
    await Promise.all(Array.from(types, (type) => this.ensureOne(type, indexesOf)))
  }

  /** Makes the collections of months (`2026-11`) of the audit log. */
  async ensureMonths(months: Iterable<string>): Promise<void> {
    await Promise.all(Array.from(months, (month) => this.ensureOne(monthlyName(month), () => AUDIT_INDEXES)))
  }

  /** To be told when a collection was dropped. */
  forget(name: string): void {
    this.made.delete(name)
  }

  private ensureOne(name: string, indexes: (name: string) => readonly DeclaredIndex[]): Promise<void> {
    let making = this.made.get(name)
    if (!making) {
      making = this.make(name, indexes(name))
      making.catch(() => this.made.delete(name))
      this.made.set(name, making)
    }
    return making
  }

  private async make(name: string, indexes: readonly DeclaredIndex[]): Promise<void> {
    if (indexes.length > 0) await this.database.collection(name).createIndexes(indexes.map((index) => ({ ...index })))
    else await this.database.createCollection(name).catch(letThere)
  }
}

function letThere(error: Error & { code?: unknown }): void {
  if (error.code !== NAMESPACE_EXISTS) throw error
}

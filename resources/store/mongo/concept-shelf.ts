import type { Collection, Db } from 'mongodb'
import { FhirError } from '../../fhir-error.ts'
import type { Shelf, ShelfEntry, ShelfWriter } from '../concept-index/shelf.ts'
import { collectionOf, type MongoGenerations } from './concept-generations.ts'
import { LIMITED } from './connect.ts'
import { unreadable, unwritable } from './trouble.ts'
import type { UnderWay } from './under-way.ts'

/** An entry; all that is asked is served by the index of `_id`. */
interface EntryDocument {
  _id: string
  value: Buffer
}

/** A key that every generation has. */
const MARK = 'm'

/** Bytes that are sent at once. */
const BATCH_BYTES = 8 * 1024 * 1024

/** Reads the index of a generation. */
export class MongoShelf implements Shelf {
  private readonly entries: Collection<EntryDocument>
  private readonly underWay: UnderWay

  constructor(database: Db, generation: string, underWay: UnderWay) {
    this.entries = database.collection(collectionOf(generation))
    this.underWay = underWay
  }

  async get(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    if (keys.length === 0) return []
    const filter = keys.length === 1 ? { _id: keys[0]! } : { _id: { $in: [...keys] } }
    const found = await this.reading(() => this.entries.find(filter, LIMITED).toArray())
    if (found.length === 0) await this.checkThere()
    const values = new Map(found.map(({ _id, value }) => [_id, value]))
    return keys.map((key) => values.get(key))
  }

  async range(from: string, before: string, most: number): Promise<ShelfEntry[]> {
    const options = { sort: { _id: 1 as const }, limit: most, ...LIMITED }
    const found = await this.reading(() => this.entries.find({ _id: { $gte: from, $lt: before } }, options).toArray())
    if (found.length === 0) await this.checkThere()
    return found.map(({ _id, value }) => [_id, value])
  }

  /** A generation that others have replaced is there for some minutes more; who still asks it then must not take it for empty. */
  private async checkThere(): Promise<void> {
    const found = await this.reading(() => this.entries.findOne({ _id: MARK }, LIMITED))
    if (!found) throw FhirError.of('unavailable', 'The code system was replaced while it was read: ask again.')
  }

  private reading<T>(read: () => Promise<T>): Promise<T> {
    return this.underWay.add(read, unreadable)
  }
}

/** Writes the index of a draft. */
export class MongoShelfWriter implements ShelfWriter {
  private readonly entries: Collection<EntryDocument>
  private readonly generations: MongoGenerations
  private readonly generation: string
  private readonly underWay: UnderWay

  constructor(database: Db, generations: MongoGenerations, generation: string, underWay: UnderWay) {
    this.entries = database.collection(collectionOf(generation))
    this.generations = generations
    this.generation = generation
    this.underWay = underWay
  }

  /** Before anything else. */
  begin(): Promise<void> {
    return this.put([[MARK, Buffer.alloc(0)]])
  }

  async put(entries: readonly ShelfEntry[]): Promise<void> {
    await this.generations.touch(this.generation)
    let batch: EntryDocument[] = []
    let bytes = 0
    for (const [key, value] of entries) {
      batch.push({ _id: key, value: Buffer.from(value.buffer, value.byteOffset, value.length) })
      bytes += value.length
      if (bytes < BATCH_BYTES) continue
      await this.insert(batch)
      batch = []
      bytes = 0
    }
    if (batch.length > 0) await this.insert(batch)
  }

  private async insert(batch: EntryDocument[]): Promise<void> {
    await this.underWay.add(() => this.entries.insertMany(batch, { ordered: false }), unwritable)
  }
}

import { type Collection, type Db, ObjectId } from 'mongodb'
import { isAbandoned, OWNER, thrownAway } from '../concept-index/owner.ts'
import type { IndexHead } from '../concept-index/writer.ts'
import { LIMITED } from './connect.ts'
import { isDuplicate, unreadable, unwritable } from './trouble.ts'
import type { UnderWay } from './under-way.ts'

/** An edition: which generation of it counts. The write of this document is what publishes. */
interface EditionDocument {
  /** The system and the version, as JSON. */
  _id: string
  generation: string
  /** IndexHead as JSON: names of properties may be none for a field. */
  head: string
}

/** What became of a generation; `counted` ones are those of editions, or were to be. */
interface GenerationDocument {
  _id: string
  state: 'draft' | 'counted' | 'retired' | 'dead'
  owner: string
  /** When it was last written to, or came into its state. */
  at: Date
}

/** A generation that counts. */
export interface LiveGeneration {
  id: string
  head: IndexHead
}

/** ms in which a generation that is said to count becomes that of an edition, or its process was killed before. */
const PUBLISHING = 60 * 60 * 1000

const NO_SUCH_COLLECTION = 26

/** The collection with the index of a generation. */
export const collectionOf = (generation: string) => `concepts_${generation}`

/** Which generations of editions there are. Those of drafts are read by nobody. */
export class MongoGenerations {
  private readonly database: Db
  private readonly editions: Collection<EditionDocument>
  private readonly generations: Collection<GenerationDocument>
  private readonly underWay: UnderWay

  constructor(database: Db, underWay: UnderWay) {
    this.database = database
    this.editions = database.collection('concept_editions')
    this.generations = database.collection('concept_generations')
    this.underWay = underWay
  }

  /** Names of those that count, the newest first. */
  async ids(): Promise<string[]> {
    const options = { projection: { generation: 1 }, ...LIMITED }
    const found = await this.reading(() => this.editions.find({}, options).toArray())
    return found.map(({ generation }) => generation).sort((one, other) => (one < other ? 1 : -1))
  }

  /** Those that count, the newest first. */
  async live(): Promise<LiveGeneration[]> {
    const found = await this.reading(() => this.editions.find({}, LIMITED).toArray())
    const live = found.map(({ generation, head }): LiveGeneration => ({ id: generation, head: JSON.parse(head) }))
    return live.sort((one, other) => (one.id < other.id ? 1 : -1))
  }

  async begin(): Promise<string> {
    const _id = new ObjectId().toHexString()
    await this.writing(() => this.generations.insertOne({ _id, state: 'draft', owner: OWNER, at: new Date() }))
    return _id
  }

  /** Says that a draft is written to. Throws an Error when there is no such draft any more. */
  async touch(id: string, state: 'draft' | 'counted' = 'draft'): Promise<void> {
    const touch = () => this.generations.updateOne({ _id: id, state: 'draft' }, { $set: { state, at: new Date() } })
    if ((await this.writing(touch)).matchedCount === 0) throw thrownAway()
  }

  /** Makes a draft count, in the place of what the edition had. */
  async publish(id: string, head: IndexHead): Promise<void> {
    await this.touch(id, 'counted')
    const { system, version } = head.edition
    const _id = editionId(system, version)
    const change = { $set: { generation: id, head: JSON.stringify(head) } }
    const put = () =>
      this.editions.findOneAndUpdate({ _id }, change, { upsert: true, returnDocument: 'before' as const })
    // Two may have come at once where there was none.
    const before = await this.writing(() =>
      put().catch((error: unknown) => (isDuplicate(error) ? put() : Promise.reject(error))),
    )
    if (before) await this.retire(before.generation)
  }

  /** Makes an edition have none that counts; false when it had none. */
  async remove(system: string, version: string | undefined): Promise<boolean> {
    const found = await this.writing(() => this.editions.findOneAndDelete({ _id: editionId(system, version) }))
    if (found) await this.retire(found.generation)
    return found !== null
  }

  /** Gives up a draft. */
  async discard(id: string): Promise<void> {
    await this.set(id, 'draft', 'dead')
  }

  /** Drops what nobody needs: drafts of processes that are gone, and what counted until some ms ago. */
  async sweep(retiredKept: number): Promise<void> {
    const counting = new Set(await this.ids())
    const all = await this.reading(() => this.generations.find({}, LIMITED).toArray())
    for (const one of all) {
      if (counting.has(one._id) || !(await this.isGarbage(one, retiredKept))) continue
      await this.writing(() => this.database.dropCollection(collectionOf(one._id)).catch(letAbsent))
      await this.writing(() => this.generations.deleteOne({ _id: one._id }))
    }
  }

  /** Of what is of no edition: one that was to count and does not for an hour is retired, and goes the next time. */
  private async isGarbage({ _id, state, owner, at }: GenerationDocument, retiredKept: number): Promise<boolean> {
    const age = Date.now() - at.getTime()
    if (state === 'draft') return isAbandoned(owner, at.getTime()) && this.set(_id, 'draft', 'dead')
    if (state === 'counted' && age > PUBLISHING) await this.retire(_id)
    return state === 'dead' || (state === 'retired' && age > retiredKept)
  }

  private async retire(id: string): Promise<void> {
    await this.set(id, 'counted', 'retired')
  }

  /** Whether it was in the state that it is to leave. */
  private async set(id: string, from: GenerationDocument['state'], to: GenerationDocument['state']): Promise<boolean> {
    const change = { $set: { state: to, at: new Date() } }
    const { matchedCount } = await this.writing(() => this.generations.updateOne({ _id: id, state: from }, change))
    return matchedCount > 0
  }

  private reading<T>(read: () => Promise<T>): Promise<T> {
    return this.underWay.add(read, unreadable)
  }

  private writing<T>(write: () => Promise<T>): Promise<T> {
    return this.underWay.add(write, unwritable)
  }
}

function editionId(system: string, version: string | undefined): string {
  return JSON.stringify([system, version ?? null])
}

function letAbsent(error: Error & { code?: unknown }): void {
  if (error.code !== NO_SUCH_COLLECTION) throw error
}

import type { Db } from 'mongodb'
import type { ConceptSource, Edition } from '../../terminology/concept-source.ts'
import { editionFor } from '../concept-index/editions.ts'
import { IndexedConcepts } from '../concept-index/indexed-concepts.ts'
import { RETIRED_KEPT } from '../concept-index/owner.ts'
import { ConceptIndexWriter } from '../concept-index/writer.ts'
import type { ConceptStore, Draft } from '../concepts.ts'
import { type LiveGeneration, MongoGenerations } from './concept-generations.ts'
import { MongoShelf, MongoShelfWriter } from './concept-shelf.ts'
import { UnderWay } from './under-way.ts'

/** ms for which what others changed may go unseen. */
const STAMP_KEPT = 1_000

/** The code systems in MongoDB. */
export class MongoConcepts implements ConceptStore {
  private readonly database: Db
  private readonly generations: MongoGenerations
  private readonly retiredKept: number
  private readonly underWay = new UnderWay()
  private readonly sources = new Map<string, IndexedConcepts>()
  private live: { stamp: string; generations: readonly LiveGeneration[] } | undefined
  private stamped: { at: number; stamp: Promise<string> } | undefined

  private constructor(database: Db, retiredKept: number) {
    this.database = database
    this.generations = new MongoGenerations(database, this.underWay)
    this.retiredKept = retiredKept
  }

  /** Opens what a database has; whoever opened that closes it. What nobody needs is removed on the side. */
  static async open(database: Db, { retiredKept = RETIRED_KEPT } = {}): Promise<MongoConcepts> {
    const store = new MongoConcepts(database, retiredKept)
    store.sweep()
    return store
  }

  async editions(): Promise<Edition[]> {
    return (await this.current()).map(({ head }) => head.edition)
  }

  async open(system: string, version?: string): Promise<ConceptSource | undefined> {
    const live = (await this.current()).map(({ id, head }) => ({ id, head, edition: head.edition }))
    const found = editionFor(live, system, version)
    return found && this.source(found)
  }

  async of({ system, version }: Pick<Edition, 'system' | 'version'>): Promise<ConceptSource | undefined> {
    const live = await this.current()
    const found = live.find(({ head }) => head.edition.system === system && head.edition.version === version)
    return found && this.source(found)
  }

  async draft(edition: Edition): Promise<Draft> {
    const id = await this.generations.begin()
    const shelf = new MongoShelfWriter(this.database, this.generations, id, this.underWay)
    await shelf.begin()
    const writer = new ConceptIndexWriter(edition, shelf)
    return {
      add: (concepts) => writer.add(concepts),
      publish: async (demand) => {
        const head = await writer.finish()
        this.stamped = undefined
        await demand?.()
        await this.generations.publish(id, head)
        this.stamped = undefined
        this.sweep()
      },
      discard: async () => {
        await this.generations.discard(id)
        this.sweep()
      },
    }
  }

  async remove(system: string, version: string | undefined): Promise<boolean> {
    const had = await this.generations.remove(system, version)
    this.stamped = undefined
    return had
  }

  stamp(): Promise<string> {
    const now = performance.now()
    if (!this.stamped || now - this.stamped.at > STAMP_KEPT) {
      const stamp = this.generations.ids().then((ids) => ids.join())
      this.stamped = { at: now, stamp }
      stamp.catch(() => {
        this.stamped = undefined
      })
    }
    return this.stamped.stamp
  }

  close(): Promise<void> {
    return this.underWay.close()
  }

  private source({ id, head }: LiveGeneration): ConceptSource {
    let source = this.sources.get(id)
    if (!source) {
      source = new IndexedConcepts(new MongoShelf(this.database, id, this.underWay), head, `concepts ${id}`)
      this.sources.set(id, source)
    }
    return source
  }

  private async current(): Promise<readonly LiveGeneration[]> {
    const stamp = await this.stamp()
    if (this.live?.stamp === stamp) return this.live.generations
    const generations = await this.generations.live()
    const ids = generations.map(({ id }) => id)
    this.live = { stamp: ids.join(), generations }
    for (const id of this.sources.keys()) if (!ids.includes(id)) this.sources.delete(id)
    return generations
  }

  private sweep(): void {
    this.generations.sweep(this.retiredKept).catch(() => undefined)
  }
}

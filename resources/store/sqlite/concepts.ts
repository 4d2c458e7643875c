import { mkdirSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { ConceptSource, Edition } from '../../terminology/concept-source.ts'
import { editionFor } from '../concept-index/editions.ts'
import { IndexedConcepts } from '../concept-index/indexed-concepts.ts'
import { RETIRED_KEPT } from '../concept-index/owner.ts'
import { ConceptIndexWriter } from '../concept-index/writer.ts'
import type { ConceptStore, Draft } from '../concepts.ts'
import { Generations, inOne, type LiveGeneration, openConcepts, tableOf } from './concept-generations.ts'
import { SqliteShelf, SqliteShelfWriter } from './concept-shelf.ts'

/** Entries removed in one transaction. */
const PIECE = 2_000

/** The code systems of the embedded store, in a file of their own that several processes may have open. */
export class SqliteConcepts implements ConceptStore {
  private readonly database: DatabaseSync
  private readonly generations: Generations
  private readonly retiredKept: number
  private readonly sources = new Map<number, IndexedConcepts>()
  private live: readonly LiveGeneration[] = []
  private liveAt: number | undefined
  private sweeping: Promise<void> = Promise.resolve()
  private closed = false

  private constructor(database: DatabaseSync, retiredKept: number) {
    this.database = database
    this.generations = new Generations(database)
    this.retiredKept = retiredKept
  }

  /** Opens `concepts.db` in a folder, both made if need be, and removes what nobody needs bit by bit. */
  static async open(folder: string, { retiredKept = RETIRED_KEPT } = {}): Promise<SqliteConcepts> {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const store = new SqliteConcepts(openConcepts(`${folder}/concepts.db`), retiredKept)
    store.sweep()
    return store
  }

  async editions(): Promise<Edition[]> {
    return this.current().map(({ head }) => head.edition)
  }

  async open(system: string, version?: string): Promise<ConceptSource | undefined> {
    const live = this.current().map(({ id, head }) => ({ id, head, edition: head.edition }))
    const found = editionFor(live, system, version)
    return found && this.source(found)
  }

  async of({ system, version }: Pick<Edition, 'system' | 'version'>): Promise<ConceptSource | undefined> {
    const live = this.current()
    const found = live.find(({ head }) => head.edition.system === system && head.edition.version === version)
    return found && this.source(found)
  }

  async draft(edition: Edition): Promise<Draft> {
    const id = this.generations.begin(edition.system, edition.version)
    const writer = new ConceptIndexWriter(edition, new SqliteShelfWriter(this.database, this.generations, id))
    return {
      add: (concepts) => writer.add(concepts),
      publish: async (demand) => {
        const head = await writer.finish()
        await demand?.()
        this.generations.publish(id, head)
        this.sweep()
      },
      discard: async () => {
        this.generations.discard(id)
        this.sweep()
      },
    }
  }

  async remove(system: string, version: string | undefined): Promise<boolean> {
    return this.generations.remove(system, version)
  }

  async stamp(): Promise<string> {
    return String(this.generations.revision())
  }

  /** Ends when what is being removed is at a good point. */
  async close(): Promise<void> {
    this.closed = true
    await this.sweeping
    if (this.database.isOpen) this.database.close()
  }

  private source({ id, head }: LiveGeneration): ConceptSource {
    let source = this.sources.get(id)
    if (!source) {
      source = new IndexedConcepts(new SqliteShelf(this.database, id), head, `concepts ${id}`)
      this.sources.set(id, source)
    }
    return source
  }

  private current(): readonly LiveGeneration[] {
    const revision = this.generations.revision()
    if (revision !== this.liveAt) {
      this.live = this.generations.live()
      this.liveAt = revision
      const ids = new Set(this.live.map(({ id }) => id))
      for (const id of this.sources.keys()) if (!ids.has(id)) this.sources.delete(id)
    }
    return this.live
  }

  /** Removes garbage, piece by piece; another process may do so at the same time. */
  private sweep(): void {
    this.sweeping = this.sweeping.then(() => this.removeGarbage()).catch(() => undefined)
  }

  private async removeGarbage(): Promise<void> {
    for (const id of this.generations.garbage(this.retiredKept)) {
      // Under another name nobody reads half of it.
      const table = `gone_${id}`
      inOne(this.database, () => {
        if (this.has(tableOf(id))) this.database.exec(`ALTER TABLE ${tableOf(id)} RENAME TO ${table}`)
      })
      while (this.has(table) && this.removePiece(table)) {
        if (this.closed) return
        await setImmediate()
      }
      inOne(this.database, () => {
        this.database.exec(`DROP TABLE IF EXISTS ${table}`)
        this.database.prepare('DELETE FROM generation WHERE id = ?').run(id)
      })
    }
  }

  private has(table: string): boolean {
    return (
      this.database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(table) !== undefined
    )
  }

  /** False when nothing is left. */
  private removePiece(table: string): boolean {
    const piece = `DELETE FROM ${table} WHERE key IN (SELECT key FROM ${table} ORDER BY key LIMIT ${PIECE})`
    return Number(this.database.prepare(piece).run().changes) > 0
  }
}

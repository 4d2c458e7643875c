import { randomUUID } from 'node:crypto'
import type { Collection, Db, Document, Filter } from 'mongodb'
import type { DefinitionHead, HeldDefinition, PackagedDefinition, PackageInfo, PackageStore } from '../packages.ts'
import { LIMITED } from './connect.ts'
import { isDuplicate, unreadable, unwritable } from './trouble.ts'
import { UnderWay } from './under-way.ts'

/** A package. What is held of it are the definitions of its generation. */
interface PackageDocument {
  /** `name#version` */
  _id: string
  generation: string
  /** A PackageInfo as JSON: names of packages have dots, which mean something else in a document. */
  info: string
}

interface DefinitionDocument extends Omit<PackagedDefinition, 'version' | 'id' | 'name'> {
  /** `generation/number`, the number with zeros before it. */
  _id: string
  generation: string
  version?: string
  id?: string
  name?: string
}

/** Definitions and bytes of them that are sent at once. */
const BATCH = 200
const BATCH_BYTES = 4 * 1024 * 1024

/** ms for which what others changed may go unseen. */
const STAMP_KEPT = 1_000

/** What a process that was killed left behind is removed after so many ms. */
const LEFT_KEPT = 3_600_000

/**
 * The packages in MongoDB. A package is written under a generation that nobody reads yet, which one write of one document then
 * makes the one that counts.
 */
export class MongoPackages implements PackageStore {
  private readonly held: Collection<PackageDocument>
  private readonly documents: Collection<DefinitionDocument>
  private readonly underWay = new UnderWay()
  private stamped: { at: number; stamp: Promise<string> } | undefined

  private constructor(database: Db) {
    this.held = database.collection('packages')
    this.documents = database.collection('package_definitions')
  }

  /** Makes what is needed in a database; whoever opened that closes it. */
  static async open(database: Db): Promise<MongoPackages> {
    const store = new MongoPackages(database)
    const keys: Document[] = [{ url: 1, type: 1 }, { type: 1, ofType: 1 }, { generation: 1 }]
    await store.documents.createIndexes(keys.map((key) => ({ key: key as Record<string, 1> })))
    return store
  }

  async packages(): Promise<PackageInfo[]> {
    return (await this.heads()).map(infoOf)
  }

  async put(
    info: PackageInfo,
    definitions: AsyncIterable<PackagedDefinition> | Iterable<PackagedDefinition>,
  ): Promise<void> {
    const generation = nextGeneration()
    await this.writing(() => this.sweep())
    try {
      const count = await this.insert(generation, definitions)
      await this.writing(() => this.publish(generation, { ...info, definitions: count }))
    } catch (error) {
      await this.documents.deleteMany({ generation }).catch(() => undefined)
      throw error
    }
    this.stamped = undefined
  }

  async remove(name: string, version: string): Promise<boolean> {
    const found = await this.writing(() => this.held.findOneAndDelete({ _id: idOf({ name, version }) }))
    this.stamped = undefined
    if (!found) return false
    await this.writing(() => this.documents.deleteMany({ generation: found.generation }))
    return true
  }

  async *definitions(name: string, version: string): AsyncGenerator<PackagedDefinition> {
    const held = await this.reading(() => this.held.findOne({ _id: idOf({ name, version }) }, LIMITED))
    if (!held) return
    const { generation } = held
    const info = infoOf(held)
    // Names of definitions begin with their generation, and a slash; what follows a slash is a zero.
    let after = `${generation}/`
    for (;;) {
      const filter = { _id: { $gt: after, $lt: `${generation}0` } }
      const options = { sort: { _id: 1 as const }, limit: BATCH, ...LIMITED }
      const found = await this.reading(() => this.documents.find(filter, options).toArray())
      for (const one of found) yield packagedOf(one, info)
      if (found.length < BATCH) return
      after = found.at(-1)!._id
    }
  }

  find(type: string, url: string): Promise<HeldDefinition[]> {
    return this.read({ type, url }, {}, (document, info) => ({ ...headOf(document, info), text: document.text }))
  }

  list(type: string, ofType?: string): Promise<DefinitionHead[]> {
    return this.read(ofType === undefined ? { type } : { type, ofType }, { text: 0 }, headOf)
  }

  stamp(): Promise<string> {
    const now = performance.now()
    if (!this.stamped || now - this.stamped.at > STAMP_KEPT) {
      const stamp = this.heads().then((heads) => heads.map(({ generation }) => generation).join())
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

  /** Definitions of the packages that count, in the order of these. Read anew where these changed meanwhile. */
  private async read<T>(
    filter: Filter<DefinitionDocument>,
    projection: Document,
    make: (document: DefinitionDocument, info: PackageInfo) => T,
  ): Promise<T[]> {
    let heads = await this.heads()
    for (;;) {
      const found = await this.reading(() => this.documents.find(filter, { projection, ...LIMITED }).toArray())
      const after = await this.heads()
      if (generationsOf(after) === generationsOf(heads))
        return ordered(found, heads).map(([one, info]) => make(one, info))
      heads = after
    }
  }

  private heads(): Promise<PackageDocument[]> {
    return this.reading(() => this.held.find({}, { sort: { generation: 1 }, ...LIMITED }).toArray())
  }

  private async insert(
    generation: string,
    definitions: AsyncIterable<PackagedDefinition> | Iterable<PackagedDefinition>,
  ): Promise<number> {
    let batch: DefinitionDocument[] = []
    let bytes = 0
    let count = 0
    const send = () => this.writing(() => this.documents.insertMany(batch))
    for await (const { version, id, name, ...rest } of definitions) {
      const named = { ...(version === undefined ? {} : { version }), ...(id === undefined ? {} : { id }) }
      const _id = `${generation}/${String(count).padStart(8, '0')}`
      batch.push({ ...rest, ...named, ...(name === undefined ? {} : { name }), _id, generation })
      count++
      bytes += rest.text.length
      if (batch.length < BATCH && bytes < BATCH_BYTES) continue
      await send()
      batch = []
      bytes = 0
    }
    if (batch.length > 0) await send()
    return count
  }

  private async publish(generation: string, info: PackageInfo): Promise<void> {
    const take = () =>
      this.held.findOneAndUpdate(
        { _id: idOf(info) },
        { $set: { generation, info: JSON.stringify(info) } },
        { upsert: true, returnDocument: 'before' },
      )
    // Two may have come at once where there was none.
    const before = await take().catch((error: unknown) => (isDuplicate(error) ? take() : Promise.reject(error)))
    if (before) await this.documents.deleteMany({ generation: before.generation })
  }

  private async sweep(): Promise<void> {
    const counted = new Set((await this.held.find().toArray()).map(({ generation }) => generation))
    const oldest = Date.now() - LEFT_KEPT
    const all = (await this.documents.distinct('generation')) as string[]
    const left = all.filter((one) => !counted.has(one) && Number.parseInt(one, 36) < oldest)
    if (left.length > 0) await this.documents.deleteMany({ generation: { $in: left } })
  }

  private reading<T>(read: () => Promise<T>): Promise<T> {
    return this.underWay.add(read, unreadable)
  }

  private writing<T>(write: () => Promise<T>): Promise<T> {
    return this.underWay.add(write, unwritable)
  }
}

let begun = 0

/** Names of generations are in the order of their time. */
function nextGeneration(): string {
  begun++
  return `${Date.now().toString(36)}-${String(begun).padStart(6, '0')}-${randomUUID()}`
}

function infoOf({ info }: PackageDocument): PackageInfo {
  return JSON.parse(info) as PackageInfo
}

function idOf({ name, version }: Pick<PackageInfo, 'name' | 'version'>): string {
  return `${name}#${version}`
}

function generationsOf(heads: readonly PackageDocument[]): string {
  return heads.map(({ generation }) => generation).join()
}

/** Definitions with their packages, in the order of those; what is of none that counts is left out. */
function ordered(
  found: readonly DefinitionDocument[],
  heads: readonly PackageDocument[],
): [DefinitionDocument, PackageInfo][] {
  const places = new Map(heads.map(({ generation }, at) => [generation, at]))
  const infos = heads.map(infoOf)
  return found
    .filter(({ generation }) => places.has(generation))
    .sort((one, other) => places.get(one.generation)! - places.get(other.generation)! || (one._id < other._id ? -1 : 1))
    .map((one) => [one, infos[places.get(one.generation)!]!])
}

function packagedOf(document: DefinitionDocument, info: PackageInfo): PackagedDefinition {
  const { package: _, packageVersion: __, key: ___, ...own } = headOf(document, info)
  return { ...own, text: document.text }
}

function headOf(
  { _id, generation, text, version, id, name, ...rest }: DefinitionDocument,
  info: PackageInfo,
): DefinitionHead {
  return { ...rest, version, id, name, package: info.name, packageVersion: info.version, key: _id }
}

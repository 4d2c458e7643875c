import type { Collection, Db, Filter } from 'mongodb'
import type {
  Archive,
  ArchivedRecord,
  ArchivedState,
  ArchivedVersion,
  ArchivePart,
  DoneKey,
  Head,
  PlacedVersion,
} from '../archive.ts'
import { readRecords } from './audit-archive.ts'
import type {
  DoneDocument,
  NoteDocument,
  ResourceDocument,
  SecretDocument,
  StateDocument,
  VersionDocument,
} from './document.ts'
import { parsePosition, positionOf } from './history.ts'
import { LAYOUT_NOTE } from './layout.ts'
import { type ArchiveSource, restore } from './restore.ts'
import { typesIn } from './scan.ts'
import { entryOf, STATE } from './state.ts'
import { unreadable } from './trouble.ts'

/** All that a database keeps, in the order of the versions' times. */
export class MongoArchive implements Archive {
  private readonly source: ArchiveSource
  private readonly database: Db
  private readonly all: Collection<VersionDocument>

  constructor(source: ArchiveSource) {
    this.source = source
    this.database = source.database
    this.all = source.database.collection('versions')
  }

  async *versions(after?: string): AsyncGenerator<PlacedVersion> {
    const cursor = this.all.find(behind(after), { sort: { t: 1, n: 1, _id: 1 } })
    for await (const version of readFrom(cursor)) {
      yield { ...toArchived(version), order: version.n, position: positionOf(version) }
    }
  }

  async *sorted(type: string): AsyncGenerator<ArchivedVersion> {
    const cursor = this.all.find({ type }, { sort: { type: 1, id: 1, v: -1 } })
    for await (const version of readFrom(cursor)) yield toArchived(version)
  }

  async *heads(type: string): AsyncGenerator<Head> {
    const collection = this.database.collection<ResourceDocument>(type)
    const cursor = collection.find({}, { projection: { v: 1, t: 1, live: 1 }, sort: { _id: 1 } })
    for await (const { _id: id, v: version, t: lastUpdated, live } of readFrom(cursor)) {
      yield { id, version, lastUpdated, live }
    }
  }

  async types(): Promise<string[]> {
    const types = await this.reading(() => typesIn(this.database))
    const has = (type: string) => this.reading(() => this.all.findOne({ type }, { projection: { _id: 1 } }))
    const found = await Promise.all(types.map(async (type) => ((await has(type)) ? [type] : [])))
    return found.flat().sort()
  }

  async *done(after = ''): AsyncGenerator<DoneKey> {
    const done = this.database.collection<DoneDocument>('done')
    const cursor = done.find({ _id: { $gt: after } }, { sort: { _id: 1 } })
    for await (const { _id: key, at } of readFrom(cursor)) yield { key, at: at.getTime() }
  }

  audit(after?: string): AsyncGenerator<ArchivedRecord> {
    return readFrom(readRecords(this.database, after))
  }

  async secrets(): Promise<Record<string, Buffer>> {
    const secrets = this.database.collection<SecretDocument>('secrets')
    const found = await this.reading(() => secrets.find().toArray())
    return Object.fromEntries(found.map(({ _id, value }) => [_id, value]))
  }

  async notes(): Promise<Record<string, string>> {
    const notes = this.database.collection<NoteDocument>('notes')
    const found = await this.reading(() => notes.find({ _id: { $ne: LAYOUT_NOTE } }).toArray())
    return Object.fromEntries(found.map(({ _id, value }) => [_id, value]))
  }

  async *state(): AsyncGenerator<ArchivedState> {
    const documents = this.database.collection<StateDocument>(STATE)
    const cursor = documents.find({ x: { $not: { $lte: new Date() } } }, { sort: { _id: 1 } })
    for await (const document of readFrom(cursor)) {
      yield { kind: document._id.slice(0, document._id.indexOf('/')), ...entryOf(document) }
    }
  }

  restore(part: ArchivePart): Promise<void> {
    return restore(this.source, part)
  }

  private reading<T>(read: () => Promise<T>): Promise<T> {
    return this.source.underWay.add(read, unreadable)
  }
}

/** What lies behind a position. */
function behind(after: string | undefined): Filter<VersionDocument> {
  if (after === undefined) return {}
  const { t, n, _id } = parsePosition(after)
  return { $or: [{ t: { $gt: t } }, { t, n: { $gt: n } }, { t, n, _id: { $gt: _id } }] }
}

function toArchived({ type, id, v, t, m, created, text, until }: VersionDocument): ArchivedVersion {
  return { type, id, version: v, lastUpdated: t, method: m, created, text, until }
}

async function* readFrom<T>(cursor: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* cursor
  } catch (error) {
    throw unreadable(error)
  }
}

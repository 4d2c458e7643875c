import { randomBytes } from 'node:crypto'
import type { Collection, Db, MongoClient } from 'mongodb'
import type {
  HistoryPage,
  HistoryQuery,
  HistoryScope,
  Outcome,
  ScanEntry,
  SecretName,
  Store,
  StoredVersion,
  Unit,
} from '../port.ts'
import { MongoArchive } from './archive.ts'
import { MongoAudit } from './audit.ts'
import { Committer } from './commit.ts'
import { type Connection, connect, databaseName, LIMITED } from './connect.ts'
import type {
  ContainerDocument,
  DoneDocument,
  NoteDocument,
  ResourceDocument,
  SecretDocument,
  VersionDocument,
} from './document.ts'
import { historyFilter, readHistory } from './history.ts'
import { Layout } from './layout.ts'
import { readLive } from './scan.ts'
import { MongoShared } from './shared.ts'
import { MongoState } from './state.ts'
import { isDuplicate, unreadable, unwritable } from './trouble.ts'
import { UnderWay } from './under-way.ts'

/** The store of a replica set or a sharded cluster; any number of processes may have it open. */
export class MongoStore implements Store {
  readonly client: MongoClient
  readonly database: Db
  readonly shared: MongoShared
  readonly archive: MongoArchive
  readonly state: MongoState
  readonly audit: MongoAudit
  /** All versions of all resources. */
  readonly versions: Collection<VersionDocument>
  private readonly connection: Connection
  private readonly committer: Committer
  private readonly underWay = new UnderWay()

  private constructor(connection: Connection, database: Db, layout: Layout) {
    this.connection = connection
    this.client = connection.client
    this.database = database
    this.versions = database.collection('versions')
    this.shared = new MongoShared(database)
    this.committer = new Committer(this.client, database, layout, this.shared)
    const { client, underWay } = this
    this.state = new MongoState(database, underWay)
    this.audit = new MongoAudit({ database, layout, underWay })
    this.archive = new MongoArchive({ client, database, layout, underWay })
  }

  /**
   * Opens the database that a URL names, and lays it out where it is new. Rejects with an Error of one sentence when it
   * cannot be reached or does not fit.
   */
  static async open(url: string): Promise<MongoStore> {
    const connection = await connect(url)
    const database = connection.client.db(databaseName(url))
    const layout = new Layout(database)
    try {
      await layout.open()
    } catch (error) {
      await connection.client.close()
      throw error
    }
    return new MongoStore(connection, database, layout)
  }

  /** The resources of a type; with an `insideName`, contained ones, whose documents are `ContainedDocument`s. */
  collection(type: string): Collection<ResourceDocument> {
    return this.database.collection(type)
  }

  async read(type: string, id: string): Promise<StoredVersion | undefined> {
    const projection = { v: 1, t: 1, m: 1, text: 1 }
    const found = await this.reading(() => this.collection(type).findOne({ _id: id }, { projection, ...LIMITED }))
    return found ? { type, id, version: found.v, lastUpdated: found.t, method: found.m, text: found.text } : undefined
  }

  async readVersion(type: string, id: string, version: number): Promise<StoredVersion | undefined> {
    const found = await this.reading(() => this.versions.findOne({ _id: `${type}/${id}/${version}` }, LIMITED))
    return found ? { type, id, version, lastUpdated: found.t, method: found.m, text: found.text } : undefined
  }

  history(scope: HistoryScope, query: HistoryQuery, count: number): Promise<HistoryPage> {
    return this.reading(() => readHistory(this.versions, scope, query, count))
  }

  countHistory(scope: HistoryScope, query: HistoryQuery): Promise<number> {
    return this.reading(() => this.versions.countDocuments(historyFilter(scope, query), LIMITED))
  }

  commit(unit: Unit): Promise<Outcome[]> {
    return this.underWay.add(() => this.committer.commit(unit), unwritable)
  }

  async wasDone(onceKey: string): Promise<boolean> {
    const done = this.database.collection<DoneDocument>('done')
    return (await this.reading(() => done.findOne({ _id: onceKey }, LIMITED))) !== null
  }

  scan(after: string | undefined, count: number): Promise<ScanEntry[]> {
    return this.reading(() => readLive(this.database, after, count))
  }

  async note(name: string): Promise<string | undefined> {
    const notes = this.database.collection<NoteDocument>('notes')
    return (await this.reading(() => notes.findOne({ _id: name }, LIMITED)))?.value
  }

  /** Types of which some resource contains one of `type`, or did: in alphabetical order. */
  async containers(type: string): Promise<string[]> {
    const pairs = this.database.collection<ContainerDocument>('containers')
    const found = await this.reading(() => pairs.find({ contained: type }, LIMITED).toArray())
    return found.map(({ container }) => container).sort()
  }

  async secret(name: SecretName): Promise<Buffer> {
    const secrets = this.database.collection<SecretDocument>('secrets')
    const read = () => this.reading(() => secrets.findOne({ _id: name }, LIMITED))
    const made = async () => {
      await secrets.insertOne({ _id: name, value: randomBytes(32) }).catch((error: unknown) => {
        // Another process was faster: its key is the one.
        if (!isDuplicate(error)) throw error
      })
      return read()
    }
    const found = (await read()) ?? (await this.underWay.add(made, unwritable))
    if (!found) throw new Error(`the store has no secret ${name}`)
    return found.value
  }

  ready(): boolean {
    return this.connection.writable && !this.underWay.closed
  }

  async close(): Promise<void> {
    await this.underWay.close()
    if (this.connection.writable) await this.committer.leave()
    await this.client.close()
  }

  private reading<T>(read: () => Promise<T>): Promise<T> {
    return this.underWay.add(read, unreadable)
  }
}

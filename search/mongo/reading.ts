import type { ClientSession, Collection, Db, Document, Filter, FindOptions, MongoClient } from 'mongodb'
import { FhirError } from '../../resources/fhir-error.ts'
import type { ContainerDocument, VersionDocument } from '../../resources/store/mongo/document.ts'
import { type MongoFilter, NEVER } from './conditions.ts'

/** What of the store is read. */
export interface Readable {
  readonly client: MongoClient
  readonly database: Db
  readonly versions: Collection<VersionDocument>
}

/** What an answer may take. */
export interface Limits {
  /** ms. */
  time: number
  /** Ids that stand between two steps of a search. */
  between: number
}

/** A step of a search gives more than may stand between it and the next. */
export class TooMany extends FhirError {
  constructor(most: number) {
    const diagnostics = `A step of this search (a chain, _has or _contained) finds more than ${most} resources; narrow it.`
    super('invalid', [{ severity: 'error', code: 'too-costly', diagnostics }])
  }
}

/** A document as searches see it. */
export interface Seen extends Document {
  _id: string
}

/** The queries of one answer: they share its time and, with a session, what they see. */
export class Reading {
  private readonly store: Readable
  private readonly until: number
  private readonly between: number
  private readonly session: ClientSession | undefined

  constructor(store: Readable, { time, between }: Limits, session?: ClientSession) {
    this.store = store
    this.until = performance.now() + time
    this.between = between
    this.session = session
  }

  find(type: string, filter: MongoFilter, options: FindOptions): Promise<Seen[]> {
    const { limit } = options
    // MongoDB takes a limit of 0 for none.
    if (limit === 0 || filter === NEVER) return Promise.resolve([])
    const batch = limit === undefined ? {} : { batchSize: limit }
    return this.collection(type)
      .find(filter as Filter<Seen>, { ...options, ...batch, ...this.options() })
      .toArray()
  }

  aggregate<D extends Document>(type: string, pipeline: Document[]): Promise<D[]> {
    return this.collection(type).aggregate<D>(pipeline, this.options()).toArray()
  }

  async count(type: string, filter: MongoFilter): Promise<number> {
    if (filter === NEVER) return 0
    return this.collection(type).countDocuments(filter as Filter<Seen>, this.options())
  }

  /** Ids of `most` documents at the most. */
  async ids(type: string, filter: MongoFilter, most: number): Promise<string[]> {
    const found = await this.find(type, filter, { projection: { _id: 1 }, limit: most })
    return found.map(({ _id }) => _id)
  }

  /** Ids of all documents that meet a filter. Throws TooMany. */
  async allIds(type: string, filter: MongoFilter): Promise<string[]> {
    return this.few(await this.ids(type, filter, this.between + 1))
  }

  /** What `path` gives of the documents that meet a filter, each value once. Throws as `allIds` does. */
  async distinct(type: string, filter: MongoFilter, path: unknown): Promise<string[]> {
    if (filter === NEVER) return []
    const rows = await this.aggregate<{ _id: string }>(type, [
      { $match: filter },
      { $project: { _id: 0, value: path } },
      { $unwind: '$value' },
      { $group: { _id: '$value' } },
      { $limit: this.between + 1 },
    ])
    return this.few(rows).map(({ _id }) => _id)
  }

  /** The types of which some resource contains one of `type`, or did: in alphabetical order. */
  async containers(type: string): Promise<string[]> {
    const rows = await this.store.database
      .collection<ContainerDocument>('containers')
      .find({ contained: type }, this.options())
      .toArray()
    return rows.map(({ container }) => container).sort()
  }

  /** The server's words on how it would find documents. */
  explained(type: string, filter: MongoFilter, sort: Record<string, 1 | -1>, limit: number): Promise<Document> {
    const query = this.collection(type).find(filter as Filter<Seen>, { sort, limit, ...this.options() })
    return query.explain('queryPlanner')
  }

  private few<T>(values: T[]): T[] {
    if (values.length > this.between) throw new TooMany(this.between)
    return values
  }

  private collection(type: string) {
    return this.store.database.collection<Seen>(type)
  }

  private options() {
    const maxTimeMS = Math.ceil(this.until - performance.now())
    if (maxTimeMS <= 0) throw tooLong()
    const { session } = this
    if (!session) return { maxTimeMS }
    // The client's own read concern would hide that of the session.
    return session.inTransaction() ? { maxTimeMS, session } : { maxTimeMS, session, readConcern: 'snapshot' as const }
  }
}

/** Does work whose queries all see the same state of the store. */
export function onSnapshot<T>(store: Readable, limits: Limits, work: (reading: Reading) => Promise<T>): Promise<T> {
  return store.client.withSession({ snapshot: true }, (session) => work(new Reading(store, limits, session)))
}

/** The error for a search that takes more than its time. */
export function tooLong(): FhirError {
  return FhirError.of('invalid', 'The search takes too long; narrow it.', { code: 'too-costly' })
}

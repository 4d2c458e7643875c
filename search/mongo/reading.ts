import type { ClientSession, Collection, Db, Document, Filter, FindOptions, MongoClient } from 'mongodb'
import { FhirError } from '../../resources/fhir-error.ts'
import type { ContainerDocument, VersionDocument } from '../../resources/store/mongo/document.ts'
import type { MongoFilter } from './conditions.ts'

/** What of the store is read. */
export interface Readable {
  readonly client: MongoClient
  readonly database: Db
  readonly versions: Collection<VersionDocument>
}

/** How many ids may stand between two steps of a search. */
export const MOST_BETWEEN = 20_000

/** A document as searches see it. */
export interface Seen extends Document {
  _id: string
}

/** The queries of one answer: they share its time and, with a session, what they see. */
export class Reading {
  private readonly store: Readable
  private readonly until: number
  private readonly session: ClientSession | undefined

  /** `most` is the time of the answer in ms. */
  constructor(store: Readable, most: number, session?: ClientSession) {
    this.store = store
    this.until = performance.now() + most
    this.session = session
  }

  find(type: string, filter: MongoFilter, options: FindOptions): Promise<Seen[]> {
    const { limit } = options
    // MongoDB takes no limit for none.
    if (limit === 0) return Promise.resolve([])
    const batch = limit === undefined ? {} : { batchSize: limit }
    return this.collection(type)
      .find(filter as Filter<Seen>, { ...options, ...batch, ...this.options() })
      .toArray()
  }

  aggregate<D extends Document>(type: string, pipeline: Document[]): Promise<D[]> {
    return this.collection(type).aggregate<D>(pipeline, this.options()).toArray()
  }

  count(type: string, filter: MongoFilter): Promise<number> {
    return this.collection(type).countDocuments(filter as Filter<Seen>, this.options())
  }

  /** Ids of `most` documents at the most. */
  async ids(type: string, filter: MongoFilter, most: number): Promise<string[]> {
    const found = await this.find(type, filter, { projection: { _id: 1 }, limit: most })
    return found.map(({ _id }) => _id)
  }

  /** Ids of all documents that meet a filter. Throws `invalid` where they are too many to go on with. */
  async allIds(type: string, filter: MongoFilter): Promise<string[]> {
    return few(await this.ids(type, filter, MOST_BETWEEN + 1))
  }

  /** What `path` gives of the documents that meet a filter, each value once. Throws as `allIds` does. */
  async distinct(type: string, filter: MongoFilter, path: unknown): Promise<string[]> {
    const rows = await this.aggregate<{ _id: string }>(type, [
      { $match: filter },
      { $project: { _id: 0, value: path } },
      { $unwind: '$value' },
      { $group: { _id: '$value' } },
      { $limit: MOST_BETWEEN + 1 },
    ])
    return few(rows).map(({ _id }) => _id)
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
export function onSnapshot<T>(store: Readable, most: number, work: (reading: Reading) => Promise<T>): Promise<T> {
  const client: MongoClient = store.client
  return client.withSession({ snapshot: true }, (session) => work(new Reading(store, most, session)))
}

function few<T>(values: T[]): T[] {
  if (values.length <= MOST_BETWEEN) return values
  const words = `A step of this search (a chain, _has or _contained) finds more than ${MOST_BETWEEN} resources; narrow it.`
  throw FhirError.of('invalid', words, { code: 'too-costly' })
}

/** The error for a search that takes more than its time. */
export function tooLong(): FhirError {
  return FhirError.of('invalid', 'The search takes too long; narrow it.', { code: 'too-costly' })
}

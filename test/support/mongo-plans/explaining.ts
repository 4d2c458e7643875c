import type { Document, FindOptions } from 'mongodb'
import type { MongoFilter } from '../../../search/mongo/conditions.ts'
import { type Limits, type Readable, Reading, type Seen } from '../../../search/mongo/reading.ts'

/** A query, and how the server says that it has answered it. */
export interface Explained {
  query: string
  explanation: Document
}

/** Asks as any Reading does, and each time how it was answered. */
export class Explaining extends Reading {
  readonly answers: Explained[] = []
  private readonly readable: Readable

  constructor(readable: Readable, limits: Limits) {
    super(readable, limits)
    this.readable = readable
  }

  override async find(type: string, filter: MongoFilter, options: FindOptions): Promise<Seen[]> {
    const { session, ...rest } = options
    const cursor = this.readable.database.collection(type).find(filter, rest)
    await this.note(`${type}.find ${JSON.stringify(filter)}`, cursor.explain('executionStats'))
    return super.find(type, filter, options)
  }

  override async aggregate<D extends Document>(type: string, pipeline: Document[]): Promise<D[]> {
    const cursor = this.readable.database.collection(type).aggregate(pipeline)
    await this.note(`${type}.aggregate ${JSON.stringify(pipeline)}`, cursor.explain('executionStats'))
    return super.aggregate<D>(type, pipeline)
  }

  private async note(query: string, explanation: Promise<Document>): Promise<void> {
    this.answers.push({ query: query.slice(0, 1000), explanation: await explanation })
  }
}

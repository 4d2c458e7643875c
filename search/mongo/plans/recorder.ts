import { type Document, type FindOptions, MongoClient } from 'mongodb'
import type { Link, ResourceName, Restriction, Search } from '../../searcher.ts'
import type { MongoFilter } from '../conditions.ts'
import { Filters } from '../far.ts'
import { linkedPage } from '../links.ts'
import { findPage } from '../pages.ts'
import { Reading, type Seen } from '../reading.ts'
import { MOST_BETWEEN } from '../searcher.ts'

/** A query as a searcher sends it: what of it a plan is made for. */
export interface Query {
  type: string
  filter: MongoFilter
  /** `computed`: by values that are no fields of documents, which no index has in order. */
  sort?: Readonly<Record<string, 1 | -1>> | 'computed'
  limit?: number
}

/** What a searcher is told where nothing is asked: `most` ids or keys of each step, no documents. */
export interface Told {
  most: number
  /** Types that references lead to, where a query asks for all references of a parameter. */
  types?: readonly string[]
}

/** The queries of a page of a search, with those of its far ends in front of it, made up as there is no server. */
export function queriesOfPage(search: Search, count: number, told: Told, from?: string): Promise<Query[]> {
  return recorded(told, search.restriction, (recorder, filters) => {
    return findPage(recorder, filters, search, count, { from })
  })
}

/** The queries that count a search's matches. */
export function queriesOfCount({ type, where, restriction }: Search, told: Told): Promise<Query[]> {
  return recorded(told, restriction, async (recorder, filters) => {
    return recorder.count(type, await filters.seen(type, where))
  })
}

/** The queries that follow links from resources. */
export function queriesOfLinks(
  from: readonly ResourceName[],
  links: readonly Link[],
  restriction: Restriction,
  told: Told,
): Promise<Query[]> {
  const types = links.flatMap(({ targets }) => targets)
  return recorded({ ...told, types }, restriction, (recorder, filters) => {
    return linkedPage(recorder, filters, from, links, 1000)
  })
}

async function recorded(
  told: Told,
  restriction: Restriction,
  work: (recorder: Recorder, filters: Filters) => Promise<unknown>,
): Promise<Query[]> {
  const recorder = new Recorder(told)
  await work(recorder, new Filters(recorder, restriction))
  return recorder.queries
}

const LIMITS = { time: Number.POSITIVE_INFINITY, between: MOST_BETWEEN }

/** Notes what is asked, and answers from nothing. */
class Recorder extends Reading {
  readonly queries: Query[] = []
  private readonly told: Told

  constructor(told: Told) {
    // It connects when it is first asked, which it never is.
    const client = new MongoClient('mongodb://nowhere.invalid')
    const database = client.db('none')
    super({ client, database, versions: database.collection('versions') }, LIMITS)
    this.told = told
  }

  override async find(type: string, filter: MongoFilter, { sort, limit, projection }: FindOptions): Promise<Seen[]> {
    const order = sort as Record<string, 1 | -1> | undefined
    this.queries.push({ type, filter, ...(order ? { sort: order } : {}), ...(limit === undefined ? {} : { limit }) })
    const fields = projection ?? {}
    if (fields.k) return [{ _id: 'x', k: this.keys(fields.k) }]
    const isOfIds = Object.keys(fields).join() === '_id'
    return isOfIds ? this.madeUp().map((_id) => ({ _id })) : []
  }

  override async aggregate<D extends Document>(type: string, pipeline: Document[]): Promise<D[]> {
    const [first, second] = pipeline
    const isSorted = pipeline.some((step) => step.$sort)
    this.queries.push({ type, filter: first?.$match, ...(isSorted ? { sort: 'computed' as const } : {}) })
    const value: unknown = second?.$project?.value
    if (value === undefined) return []
    const values = typeof value === 'string' ? this.madeUp() : this.keys(value)
    return values.map((_id) => ({ _id }) as Document as D)
  }

  override async count(type: string, filter: MongoFilter): Promise<number> {
    this.queries.push({ type, filter })
    return 0
  }

  override async containers(): Promise<string[]> {
    return [...(this.told.types ?? [])]
  }

  private madeUp(): string[] {
    return Array.from({ length: this.told.most }, (_, at) => `x${at}`)
  }

  /** Keys such as an aggregation's expression takes from documents (`keysWithin`). */
  private keys(expression: unknown): string[] {
    const { cond } = (expression as { $filter: Document }).$filter
    const froms = (cond.$or as Document[]).map(({ $and }) => String($and[0].$gte[1]))
    return froms.flatMap((from) => {
      const beginnings = from.endsWith('\u0000r') ? (this.told.types ?? []).map((type) => `${from}${type}/`) : [from]
      return beginnings.flatMap((beginning) => this.madeUp().map((id) => `${beginning}${id}`))
    })
  }
}

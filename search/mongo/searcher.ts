import type { MongoSelection } from '../../resources/store/mongo/selection.ts'
import {
  type Around,
  type Found,
  type FoundPage,
  type Link,
  type LiveVersion,
  type Manner,
  type ResourceName,
  type Restriction,
  restrictionOf,
  type Search,
  type Searcher,
} from '../searcher.ts'
import { explained } from './explained.ts'
import { Filters } from './far.ts'
import { farParts } from './filter.ts'
import { linkedPage } from './links.ts'
import { findPage } from './pages.ts'
import { type Limits, onSnapshot, type Readable, Reading } from './reading.ts'
import { selectionOf } from './selection.ts'
import { joined, versionsOf } from './texts.ts'
import { answered } from './trouble.ts'

/** Ids that stand between two steps of a search at the most. */
export const MOST_BETWEEN = 20_000

/** Finds resources in the documents of a MongoStore. */
export class MongoSearcher implements Searcher {
  private readonly store: Readable
  private readonly limits: Limits

  /** `most` is the time of a search in ms, after which it is refused. Tests make `between` smaller. */
  constructor(store: Readable, most: number, between = MOST_BETWEEN) {
    this.store = store
    this.limits = { time: most, between }
  }

  find(search: Search, count: number, from?: string, manner: Manner = {}): Promise<FoundPage> {
    return this.search(search, (reading, filters) => {
      return findPage(reading, filters, search, count, { from, ...manner })
    })
  }

  async read({ type, id }: ResourceName, restriction: Restriction): Promise<LiveVersion | undefined> {
    const { found } = await this.find({ type, where: { kind: 'id', ids: [id] }, restriction }, 1)
    return (await this.versions(found))[0]
  }

  ids(search: Search, count: number): Promise<string[]> {
    const { type, where } = search
    return this.search(search, async (reading, filters) => reading.ids(type, await filters.seen(type, where), count))
  }

  count(search: Search): Promise<number> {
    const { type, where } = search
    return this.search(search, async (reading, filters) => reading.count(type, await filters.seen(type, where)))
  }

  containers(type: string): Promise<string[]> {
    return answered(() => new Reading(this.store, this.limits).containers(type))
  }

  versions(found: readonly Found[]): Promise<LiveVersion[]> {
    return answered(() => versionsOf(found, this.store, this.limits.time))
  }

  async joined(found: readonly Found[], around: Around): Promise<Buffer> {
    return joined(await this.versions(found), around)
  }

  /** Each query sees the latest state of the store: they are made several at a time. */
  linked(
    from: readonly ResourceName[],
    links: readonly Link[],
    restriction: Restriction,
    count: number,
  ): Promise<FoundPage> {
    const reading = new Reading(this.store, this.limits)
    return answered(() => linkedPage(reading, new Filters(reading, restriction), from, links, count))
  }

  explain(search: Search): Promise<string[]> {
    const reading = new Reading(this.store, this.limits)
    return answered(() => explained(reading, new Filters(reading, search.restriction), search))
  }

  selection(search: Search): MongoSelection {
    return selectionOf(this.store, search, this.limits)
  }

  /** Where it takes several queries, they all see one state of the store. */
  private search<T>(search: Search, work: (reading: Reading, filters: Filters) => Promise<T>): Promise<T> {
    const { restriction } = search
    const run = (reading: Reading) => work(reading, new Filters(reading, restriction))
    return answered(() => {
      if (isOneQuery(search)) return run(new Reading(this.store, this.limits))
      return onSnapshot(this.store, this.limits, run)
    })
  }
}

function isOneQuery({ type, where, restriction, sort = [] }: Search): boolean {
  return sort.length === 0 && [where, restrictionOf(restriction, type)].every((part) => farParts(part).length === 0)
}

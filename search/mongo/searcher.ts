import type { MongoSelection } from '../../resources/store/mongo/selection.ts'
import type {
  Around,
  Found,
  FoundPage,
  Link,
  LiveVersion,
  Manner,
  ResourceName,
  Restriction,
  Search,
  Searcher,
} from '../searcher.ts'
import { explained } from './explained.ts'
import { Filters } from './far.ts'
import { linkedPage } from './links.ts'
import { findPage } from './pages.ts'
import { onSnapshot, type Readable, Reading } from './reading.ts'
import { selectionOf } from './selection.ts'
import { joined, versionsOf } from './texts.ts'
import { answered } from './trouble.ts'

/** Finds resources in the documents of a MongoStore. */
export class MongoSearcher implements Searcher {
  private readonly store: Readable
  private readonly most: number

  /** `most` is the time of a search in ms, after which it is refused. */
  constructor(store: Readable, most: number) {
    this.store = store
    this.most = most
  }

  find(search: Search, count: number, from?: string, manner: Manner = {}): Promise<FoundPage> {
    const { restriction } = search
    return this.onSnapshot((reading) => {
      return findPage(reading, new Filters(reading, restriction), search, count, { from, ...manner })
    })
  }

  ids({ type, where, restriction }: Search, count: number): Promise<string[]> {
    return this.onSnapshot(async (reading) => {
      return reading.ids(type, await new Filters(reading, restriction).seen(type, where), count)
    })
  }

  count({ type, where, restriction }: Search): Promise<number> {
    return this.onSnapshot(async (reading) => {
      return reading.count(type, await new Filters(reading, restriction).seen(type, where))
    })
  }

  containers(type: string): Promise<string[]> {
    return this.each((reading) => reading.containers(type))
  }

  versions(found: readonly Found[]): Promise<LiveVersion[]> {
    return answered(() => versionsOf(found, this.store, this.most))
  }

  async joined(found: readonly Found[], around: Around): Promise<Buffer> {
    return joined(await this.versions(found), around)
  }

  linked(
    from: readonly ResourceName[],
    links: readonly Link[],
    restriction: Restriction,
    count: number,
  ): Promise<FoundPage> {
    return this.each((reading) => linkedPage(reading, new Filters(reading, restriction), from, links, count))
  }

  explain(search: Search): Promise<string[]> {
    return this.each((reading) => explained(reading, new Filters(reading, search.restriction), search))
  }

  selection(search: Search): MongoSelection {
    return selectionOf(this.store, search)
  }

  /** Queries that each see the latest state of the store, several at a time. */
  private each<T>(work: (reading: Reading) => Promise<T>): Promise<T> {
    return answered(() => work(new Reading(this.store, this.most)))
  }

  /** Queries that see one state of the store, one after the other. */
  private onSnapshot<T>(work: (reading: Reading) => Promise<T>): Promise<T> {
    return answered(() => onSnapshot(this.store, this.most, work))
  }
}

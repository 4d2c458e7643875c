import { FhirError } from '../../resources/fhir-error.ts'
import type { SqliteSelection } from '../../resources/store/sqlite/selection.ts'
import type { SqliteStore } from '../../resources/store/sqlite/store.ts'
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
import { Deadline, OutOfTime } from './deadline.ts'
import { sql } from './fragment.ts'
import { LongSearches } from './long-searches.ts'
import { LIMITS } from './plan.ts'
import { type Answered, type Ask, Queries } from './queries.ts'
import { RestrictedReads } from './restricted-reads.ts'
import { Texts } from './texts.ts'

/** ms that a search may hold the thread that answers; then it is made anew on another. */
const SHORT = 40

/** Finds resources in the embedded store: what is short on the thread that asks, what is long on one beside it. */
export class SqliteSearcher implements Searcher {
  private readonly queries: Queries
  private readonly texts: Texts
  private readonly reads: RestrictedReads
  private readonly deadline: Deadline
  private readonly long: LongSearches
  private readonly most: number

  /** `most` is the time of a search in ms, after which it is refused. Tests force each kind of plan with `limits`. */
  constructor(store: SqliteStore, most: number, limits = LIMITS) {
    this.deadline = new Deadline(store.database)
    this.queries = new Queries(store.database, limits)
    this.texts = new Texts(store.database)
    this.reads = new RestrictedReads(store.database)
    this.long = new LongSearches(store.database.location() ?? '')
    this.most = most
  }

  async find(search: Search, count: number, from?: string, manner: Manner = {}): Promise<FoundPage> {
    const page = await this.answer({ op: 'find', search, count, from, ...manner })
    // What came from another thread has bare bytes.
    if (page.text) page.text = Buffer.from(page.text.buffer, page.text.byteOffset, page.text.byteLength)
    return page
  }

  async read(name: ResourceName, restriction: Restriction): Promise<LiveVersion | undefined> {
    const { type, id } = name
    if (this.reads.takes(type, restriction)) return this.reads.read(name, restriction)
    const { found } = await this.find({ type, where: { kind: 'id', ids: [id] }, restriction }, 1)
    return (await this.versions(found))[0]
  }

  linked(from: readonly ResourceName[], links: readonly Link[], restriction: Restriction, count: number) {
    return this.answer({ op: 'linked', from, links, restriction, count })
  }

  async versions(found: readonly Found[]): Promise<LiveVersion[]> {
    return this.texts.versions(found)
  }

  async joined(found: readonly Found[], around: Around): Promise<Buffer> {
    return this.texts.joined(found, around)
  }

  ids(search: Search, count: number): Promise<string[]> {
    return this.answer({ op: 'ids', search, count })
  }

  count(search: Search): Promise<number> {
    return this.answer({ op: 'count', search })
  }

  async containers(type: string): Promise<string[]> {
    return this.queries.containers(type)
  }

  explain(search: Search): Promise<string[]> {
    return this.answer({ op: 'explain', search })
  }

  selection(search: Search): SqliteSelection {
    const source = this.queries.sourceOf(search)
    const { from, where } = source.rows('r', source.drivers[0])
    return { selection: 'sqlite', ...sql`SELECT r.id FROM ${from} WHERE ${where}` }
  }

  private async answer<A extends Ask>(ask: A): Promise<Answered<A>> {
    try {
      return this.deadline.run(SHORT, () => this.queries.answer(ask))
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error
    }
    try {
      return await this.long.answer(ask, this.most)
    } catch (error) {
      if (!(error instanceof OutOfTime)) throw error
      throw FhirError.of('invalid', 'The search takes too long; narrow it.', { code: 'too-costly' })
    }
  }
}

import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Job, JobState } from '../../operations/job.ts'
import { parseText } from '../../resources/json/parse.ts'
import { Pace } from '../../resources/pace.ts'
import type { IndexChange, ScanEntry, Store } from '../../resources/store/port.ts'
import { UTC, type Zone } from '../../resources/zone.ts'
import { containedOf } from '../../search/index-contained.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { indexedParameters, type ParameterRegistry } from '../../search/parameters.ts'

/** Changes whenever entries are made in another way: what was indexed before is then indexed anew. */
const MADE_BY = 6

/** Resources of one step, and ms between two while others write. */
const STEP = 200
const PAUSE = 5

/** Searchable values that one step writes at the most, or those of one resource: others wait while it is written. */
const MOST_VALUES = 50_000

const NOTE = 'reindex'

/** How far the index entries of a store are those that this server makes, as the store keeps it. */
interface Progress {
  /** What the entries are made by: a digest of all search parameters and of the zone's rules. */
  indexedBy: string
  /** Behind which resource to go on; absent when all are done. */
  after?: string
  done: number
  started: string
  finished?: string
}

function valuesOf({ entries, contained = [] }: IndexChange): number {
  return contained.reduce((sum, one) => sum + one.entries.length, entries.length)
}

/** What indexing works with. */
export interface Indexing {
  store: Store
  baseUrl: string
  parameters: ParameterRegistry
  zone: Zone
}

/**
 * Brings old resources into the index when what is indexed has changed. Resumable: each step notes, in the unit that it
 * commits, how far it came. When the parameters change while it runs, it begins anew.
 */
export class Reindex implements Job {
  /** Told what ends a run before its time; the next start goes on. */
  onFailure: (error: unknown) => void = () => undefined
  private readonly indexing: Indexing
  private progress: Progress | undefined
  private running: Promise<void> | undefined
  private failure: string | undefined
  private stopped = false

  private constructor(indexing: Indexing, progress: Progress | undefined) {
    this.indexing = indexing
    this.progress = progress
  }

  /** Reads how far it came; a store in which nothing was ever written has all of it indexed. */
  static async open(indexing: Indexing): Promise<Reindex> {
    const { store } = indexing
    const note = await store.note(NOTE)
    const job = new Reindex(indexing, note === undefined ? undefined : (JSON.parse(note) as Progress))
    // Before anything is written in another way than all else was: whoever opens the store next has to know of it.
    if (job.progress && job.progress.indexedBy !== job.fingerprint()) await job.begin()
    const isNew = note === undefined && (await store.history({}, {}, 1)).entries.length === 0
    if (isNew) {
      const now = new Date().toISOString()
      await job.commit([], { indexedBy: job.fingerprint(), done: 0, started: now, finished: now })
    }
    return job
  }

  state(): JobState {
    const { done = 0, started, finished } = this.progress ?? {}
    return {
      running: this.running !== undefined,
      done,
      ...(started === undefined ? {} : { started }),
      ...(finished === undefined ? {} : { finished }),
      ...(this.failure === undefined ? {} : { failure: this.failure }),
    }
  }

  /** Whether searches may miss resources that were written before. */
  get isBehind(): boolean {
    return this.progress?.finished === undefined || this.progress.indexedBy !== this.fingerprint()
  }

  async start(): Promise<void> {
    if (this.running || this.stopped) return
    // All over again, unless a run is to be finished.
    if (!this.isBehind) await this.begin()
    this.catchUp()
  }

  /** Does in the background what is to do; nothing when nothing is. */
  catchUp(): void {
    void this.run()
  }

  /** Does what is to do and resolves when it is over, whichever way. */
  run(): Promise<void> {
    if (this.stopped) return Promise.resolve()
    this.running ??= this.work()
      .catch((error) => {
        this.failure = error instanceof Error ? error.name : 'unknown'
        if (!this.stopped) this.onFailure(error)
      })
      .finally(() => {
        this.running = undefined
      })
    return this.running
  }

  /** Ends after the step at hand, for good. */
  async stop(): Promise<void> {
    this.stopped = true
    await this.running
  }

  private async work(): Promise<void> {
    this.failure = undefined
    while (this.isBehind && !this.stopped) {
      const indexedBy = this.fingerprint()
      if (this.progress?.indexedBy !== indexedBy) await this.begin()
      await this.pass(indexedBy)
    }
  }

  /** Writes that were on their way, their entries made by other parameters, are in the store behind this commit. */
  private begin(): Promise<void> {
    return this.commit([], { indexedBy: this.fingerprint(), done: 0, started: new Date().toISOString() })
  }

  /** Goes through all resources from where it stopped; ends early when the parameters change. */
  private async pass(indexedBy: string): Promise<void> {
    const pace = new Pace()
    while (!this.stopped && indexedBy === this.fingerprint()) {
      const { after, ...state } = this.progress!
      const page = await this.indexing.store.scan(after, STEP)
      if (page.length === 0) return this.commit([], { ...state, finished: new Date().toISOString() })
      const changes: IndexChange[] = []
      let values = 0
      for (const entry of page) {
        const change = this.changeOf(entry)
        changes.push(change)
        values += valuesOf(change)
        if (values > MOST_VALUES) break
        if (pace.due) await pace.rest()
      }
      const last = page[changes.length - 1]!.position
      await this.commit(changes, { ...state, done: state.done + changes.length, after: last })
      await setTimeout(PAUSE)
    }
  }

  private changeOf({ type, id, version, text }: ScanEntry): IndexChange {
    const { baseUrl, parameters, zone } = this.indexing
    const value = parseText(text.toString())
    const entries = indexEntries(type, value, baseUrl, parameters, zone)
    return { kind: 'index', type, id, version, entries, ...containedOf(value, baseUrl, parameters, zone) }
  }

  private async commit(changes: IndexChange[], progress: Progress): Promise<void> {
    await this.indexing.store.commit({ changes, guards: [], notes: { [NOTE]: JSON.stringify(progress) } })
    this.progress = progress
  }

  private digest = ''
  private digestOf = -1

  /** Tells whether entries were made by the same parameters in the same way. */
  private fingerprint(): string {
    const { parameters, zone } = this.indexing
    if (this.digestOf !== parameters.version) {
      this.digestOf = parameters.version
      this.digest = createHash('sha256')
        .update(JSON.stringify([MADE_BY, indexedParameters(parameters)]))
        // What was made before there were zones was made in UTC.
        .update(zone === UTC ? '' : zone.rules())
        .digest('base64url')
    }
    return this.digest
  }
}

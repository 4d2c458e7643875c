import { setTimeout } from 'node:timers/promises'
import type { Job, JobState } from '../../operations/job.ts'
import { parseText } from '../../resources/json/parse.ts'
import { Pace } from '../../resources/pace.ts'
import type { IndexChange, ScanEntry, Store } from '../../resources/store/port.ts'
import type { Zone } from '../../resources/zone.ts'
import type { AskedParameter } from '../../search/asked.ts'
import { containedOf } from '../../search/index-contained.ts'
import { indexEntries } from '../../search/index-entries.ts'
import type { ParameterRegistry } from '../../search/parameters.ts'
import { Coverage, type Covered } from './coverage.ts'
import { Overruns } from './overruns.ts'

/** Resources of one step, and ms between two while others write. */
const STEP = 200
const PAUSE = 5

/** Searchable values that one step writes at the most, or those of one resource: others wait while it is written. */
const MOST_VALUES = 50_000

const NOTE = 'reindex'

/** How far the index entries of a store are those that this server makes, as the store keeps it. */
interface Progress {
  /** What all resources have entries of. */
  covered?: Covered | undefined
  /** What this run gives them entries of; notes of old have none. */
  run?: Covered | undefined
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
  /** Told of the first resource that a parameter's expression takes too long on. */
  onOverrun: (parameter: AskedParameter) => void = () => undefined
  private readonly indexing: Indexing
  private readonly coverage: Coverage
  private readonly overruns: Overruns
  private progress: Progress | undefined
  /** Version of the parameters that the run at hand, or the last one, is for. */
  private begunAt: number
  private running: Promise<void> | undefined
  private failure: string | undefined
  private stopped = false

  private constructor(indexing: Indexing, progress: Progress | undefined, overruns: Overruns) {
    this.indexing = indexing
    this.progress = progress
    this.overruns = overruns
    this.coverage = new Coverage(indexing.parameters, indexing.zone, progress?.covered)
    this.begunAt = indexing.parameters.version
  }

  /** Reads how far it came; a store in which nothing was ever written has all of it indexed. */
  static async open(indexing: Indexing): Promise<Reindex> {
    const { store, parameters } = indexing
    const note = await store.note(NOTE)
    const progress = note === undefined ? undefined : (JSON.parse(note) as Progress)
    const job = new Reindex(indexing, progress, await Overruns.open(store))
    parameters.onOverrun = (type, code) => job.overran({ type, code })
    // Before anything is written in another way than all else was: whoever opens the store next has to know of it.
    if (progress && progress.run?.made !== job.coverage.complete().made) await job.begin()
    const isNew = note === undefined && (await store.history({}, {}, 1)).entries.length === 0
    if (isNew) await job.finish({ run: job.coverage.complete(), done: 0, started: new Date().toISOString() })
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

  /** Whether there is something to do: entries are missing, or are there of what is none any more. */
  get isBehind(): boolean {
    if (this.progress?.finished === undefined || this.begunAt !== this.indexing.parameters.version) return true
    return !isSame(this.progress.run, this.coverage.complete())
  }

  /** Why some resources may lack entries of a parameter: they come yet, or they cannot be made; undefined when none does. */
  lack(parameter: AskedParameter): 'pending' | 'overrun' | undefined {
    if (this.coverage.lacks(parameter)) return 'pending'
    return this.overruns.has(parameter) ? 'overrun' : undefined
  }

  /** Whether all that was written before may lack entries of any kind. */
  get lacksAll(): boolean {
    return this.coverage.lacksAll
  }

  /** Takes up a change of the parameters, at once: what is searched next has to know of it. */
  parametersChanged(): void {
    this.coverage.parametersChanged()
    this.catchUp()
  }

  /** The note goes to the store before the resource does, which is written after it is indexed. */
  private overran(parameter: AskedParameter): void {
    this.overruns.add(parameter.type, parameter.code).then(
      (isNew) => isNew && this.onOverrun(parameter),
      (error: unknown) => this.onFailure(error),
    )
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
      const isOther = !isSame(this.progress?.run, this.coverage.complete())
      if (isOther || this.begunAt !== this.indexing.parameters.version) await this.begin()
      await this.pass()
    }
  }

  /** Writes that were on their way, their entries made by other parameters, are in the store behind this commit. */
  private begin(): Promise<void> {
    const { parameters } = this.indexing
    this.begunAt = parameters.version
    parameters.forgive()
    this.overruns.begin()
    return this.commit([], { run: this.coverage.complete(), done: 0, started: new Date().toISOString() })
  }

  /** Goes through all resources from where it stopped; ends early when the parameters change. */
  private async pass(): Promise<void> {
    const pace = new Pace()
    while (!this.stopped && this.begunAt === this.indexing.parameters.version) {
      const { after, ...state } = this.progress!
      const page = await this.indexing.store.scan(after, STEP)
      if (page.length === 0) return this.finish(state)
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

  private async finish({ run, done, started }: Progress): Promise<void> {
    const finished = new Date().toISOString()
    const progress = { run, done, started, finished }
    await this.store([], { ...progress, covered: run }, this.overruns.notes('fresh'))
    // What changed during the commit is not covered: the pass that follows begins with what is kept here.
    if (this.begunAt !== this.indexing.parameters.version) return
    this.coverage.take(run)
    this.overruns.end()
  }

  private commit(changes: IndexChange[], progress: Progress): Promise<void> {
    return this.store(changes, { ...progress, covered: this.coverage.state }, {})
  }

  private async store(changes: IndexChange[], progress: Progress, notes: Record<string, string>): Promise<void> {
    await this.indexing.store.commit({
      changes,
      guards: [],
      notes: { ...notes, [NOTE]: JSON.stringify(progress) },
    })
    this.progress = progress
  }
}

function isSame(run: Covered | undefined, other: Covered): boolean {
  return run?.made === other.made && JSON.stringify(run.custom) === JSON.stringify(other.custom)
}

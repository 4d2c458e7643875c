import { setTimeout } from 'node:timers/promises'
import type { Job, JobState } from '../../operations/job.ts'
import { Pace } from '../../resources/pace.ts'
import { CommitRefused, type IndexChange } from '../../resources/store/port.ts'
import type { AskedParameter } from '../../search/asked.ts'
import { Coverage, digestOf } from './coverage.ts'
import { Overruns } from './overruns.ts'
import { Peers } from './peers.ts'
import { isSame, type Progress } from './progress.ts'
import { type Indexing, nextStep } from './step.ts'
import { tooLargeOf } from './too-large.ts'
import { Turn } from './turn.ts'

/** ms between two steps, while others write. */
const PAUSE = 5

/** ms between two looks at how far another process is. */
const LOOK = 1_000

const NOTE = 'reindex'

/**
 * Brings old resources into the index when what is indexed has changed. Resumable: each step notes, in the unit that it
 * commits, how far it came. When the parameters change while it runs, it begins anew. Of several processes on a store one
 * does it, when all index in the same way; the others wait, and go on with it where that one ends before its time.
 */
export class Reindex implements Job {
  /** Told what ends a run before its time; the next start goes on. */
  onFailure: (error: unknown) => void = () => undefined
  /** Told of the first resource that a parameter's expression takes too long on. */
  onOverrun: (parameter: AskedParameter) => void = () => undefined
  private readonly indexing: Indexing
  private readonly coverage: Coverage
  private readonly overruns: Overruns
  private readonly turn: Turn
  private readonly peers: Peers
  /** When the run was started that was the last one before this process changed the parameters. */
  private outdated: string | undefined
  private progress: Progress | undefined
  /** Version of the parameters that the run at hand, or the last one, is for. */
  private begunAt: number
  private running: Promise<void> | undefined
  private failure: string | undefined
  private isKept = false
  private stopped = false

  private constructor(indexing: Indexing, progress: Progress | undefined, overruns: Overruns) {
    this.indexing = indexing
    this.progress = progress
    this.overruns = overruns
    this.coverage = new Coverage(indexing.parameters, indexing.zone, progress?.covered)
    this.begunAt = indexing.parameters.version
    this.turn = new Turn(indexing.store.shared, NOTE)
    this.peers = new Peers(indexing.store.shared)
  }

  /** Reads how far it came; a store in which nothing was ever written has all of it indexed. */
  static async open(indexing: Indexing): Promise<Reindex> {
    const { store, parameters } = indexing
    const note = await store.note(NOTE)
    const progress = note === undefined ? undefined : (JSON.parse(note) as Progress)
    const job = new Reindex(indexing, progress, await Overruns.open(store))
    parameters.onOverrun = (type, code) => job.overran({ type, code })
    // Before anything is written in another way than all else was: whoever opens the store next has to know of it.
    if (progress && progress.run?.made !== job.coverage.complete().made) {
      await job.turn.take(true)
      await job.begin()
      await job.turn.give()
    }
    const isNew = note === undefined && (await store.history({}, {}, 1)).entries.length === 0
    if (isNew) await job.foundNew()
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
    if (this.isOthers) return false
    if (this.progress?.finished === undefined || this.begunAt !== this.indexing.parameters.version) return true
    return !isSame(this.progress.run, this.coverage.complete())
  }

  /** Whether it is made in another way, by a process of another version: two would undo each other's work for ever. */
  private get isOthers(): boolean {
    const run = this.indexing.store.shared && this.progress?.run
    return run !== undefined && run.made !== this.coverage.complete().made
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
    this.outdated = this.progress?.started
    this.parametersLearned()
  }

  /** Takes up a change of the parameters that another process made, and indexes anew as well. */
  parametersLearned(): void {
    this.coverage.parametersChanged()
    void this.run()
  }

  /** Lets the other processes know, once nothing is under way that was indexed in another way, what this one indexes by. */
  async tell(): Promise<void> {
    const { parameters, underWay } = this.indexing
    const { version } = parameters
    await underWay.settled()
    if (parameters.version === version) await this.peers.tell(this.digest)
  }

  /** Takes up what other processes have noted since: how far they are, and what is covered. */
  async follow(): Promise<void> {
    if (!this.turn.isMine) await this.takeUp()
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
    if (await this.turn.take()) await this.inTurn(async () => this.isBehind || this.begin())
    else await this.takeUp()
    void this.run()
  }

  /** Does in the background what is to do, from now on; nothing when nothing is. */
  catchUp(): void {
    this.isKept = true
    void this.run()
  }

  /** The same where it was asked for before: another process may have left it undone. */
  goOn(): void {
    if (this.isKept) void this.run()
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

  /** Ends after the step at hand, for good. Where parameters have changed since, the store is told that all is to be done. */
  async stop(): Promise<void> {
    this.stopped = true
    await this.running
    if (this.begunAt === this.indexing.parameters.version) return
    const begin = async () => (await this.turn.take()) && this.inTurn(() => this.begin())
    await begin().catch((error: unknown) => this.onFailure(error))
  }

  private async work(): Promise<void> {
    this.failure = undefined
    while (this.isBehind && !this.stopped) {
      if (await this.turn.take()) await this.inTurn(() => this.workInTurn())
      else {
        await this.takeUp()
        if (this.isBehind) await setTimeout(LOOK)
      }
    }
  }

  /** Does something as the one process that may; it ends where another one has taken the turn. */
  private async inTurn(work: () => Promise<unknown>): Promise<void> {
    try {
      await this.takeUp()
      await work()
    } catch (error) {
      if (!(error instanceof CommitRefused)) throw error
    } finally {
      await this.turn.give()
    }
  }

  private async workInTurn(): Promise<void> {
    if (!this.isBehind) return
    const isOther = !isSame(this.progress?.run, this.coverage.complete())
    if (isOther || this.begunAt !== this.indexing.parameters.version) {
      const { version } = this.indexing.parameters
      await this.peers.agree(this.digest, () => this.stopped || this.indexing.parameters.version !== version)
      if (this.stopped || this.indexing.parameters.version !== version) return
      await this.begin()
    }
    await this.pass()
  }

  private get digest(): string {
    return digestOf(this.coverage.complete())
  }

  private async takeUp(): Promise<void> {
    const { store, parameters } = this.indexing
    const note = store.shared && (await store.note(NOTE))
    if (note === undefined) return
    await this.overruns.takeUp()
    this.progress = JSON.parse(note) as Progress
    this.coverage.take(this.progress.covered)
    const isCurrent = isSame(this.progress.run, this.coverage.complete()) && this.progress.started !== this.outdated
    if (isCurrent) this.begunAt = parameters.version
  }

  /** Writes that were on their way, their entries made by other parameters, are in the store behind this commit. */
  private async begin(): Promise<void> {
    const { parameters, underWay } = this.indexing
    this.begunAt = parameters.version
    await underWay.settled()
    parameters.forgive()
    this.overruns.begin()
    await this.commit([], { run: this.coverage.complete(), done: 0, started: new Date().toISOString() })
  }

  /** Goes through all resources from where it stopped; ends early when the parameters change. */
  private async pass(): Promise<void> {
    const pace = new Pace()
    while (!this.stopped && this.begunAt === this.indexing.parameters.version) {
      const { after, ...state } = this.progress!
      const step = await nextStep(this.indexing, after, pace)
      if (!step) return this.finish(state)
      const { changes } = step
      const next = { ...state, done: state.done + changes.length, after: step.after }
      const refused = await tooLargeOf(changes, (some) => this.commit(some, some === changes ? next : this.progress!))
      if (refused.length > 0) {
        this.leave(refused)
        await this.commit([], next)
      }
      await setTimeout(PAUSE)
    }
  }

  /** What the store cannot take keeps the entries that it has: searches by those that it lacks say so, and all others go on. */
  private leave(refused: readonly IndexChange[]): void {
    for (const type of new Set(refused.map((change) => change.type))) {
      for (const parameter of this.coverage.lackedOf(type)) this.overran(parameter)
    }
  }

  /** Several processes may find it so at once, and note the same. */
  private async foundNew(): Promise<void> {
    const [run, now] = [this.coverage.complete(), new Date().toISOString()]
    this.progress = { run, covered: run, done: 0, started: now, finished: now }
    const notes = { [NOTE]: JSON.stringify(this.progress) }
    await this.indexing.store.commit({ changes: [], guards: [], notes })
    this.coverage.take(run)
  }

  private async finish({ run, done, started }: Progress): Promise<void> {
    const finished = new Date().toISOString()
    const progress = { run, done, started, finished }
    await this.note([], { ...progress, covered: run }, await this.overruns.notes())
    // What changed during the commit is not covered: the pass that follows begins with what is kept here.
    if (this.begunAt !== this.indexing.parameters.version) return
    this.coverage.take(run)
    this.overruns.end()
  }

  private commit(changes: IndexChange[], progress: Progress): Promise<void> {
    return this.note(changes, { ...progress, covered: this.coverage.state }, {})
  }

  private async note(changes: IndexChange[], progress: Progress, more: Record<string, string>): Promise<void> {
    const notes = { ...more, [NOTE]: JSON.stringify(progress) }
    const { store } = this.indexing
    await store.commit({ changes, guards: [], notes, ...(store.shared ? { lease: this.turn.name } : {}) })
    this.progress = progress
  }
}

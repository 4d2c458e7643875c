import { createHash } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { parseText } from '../../resources/json/parse.ts'
import { Pace } from '../../resources/pace.ts'
import type { IndexChange, ScanEntry, Store } from '../../resources/store/port.ts'
import { indexEntries } from '../../search/index-entries.ts'
import { indexedParameters } from '../../search/parameters.ts'

/** Changes whenever entries are made in another way: what was indexed before is then indexed anew. */
const MADE_BY = 3

/** Resources of one step, and ms between two while others write. */
const STEP = 200
const PAUSE = 5

const NOTE = 'reindex'

/** How far the index entries of a store are those that this server makes. */
export interface ReindexState {
  /** What the entries are made by: a digest of all search parameters. */
  indexedBy: string
  /** Behind which resource to go on; absent when all are done. */
  after?: string
  done: number
  started: string
  finished?: string
}

/** Brings old resources into the index when what is indexed has changed. Resumable: it notes how far it came. */
export class Reindex {
  private readonly store: Store
  private readonly baseUrl: string
  private running: Promise<void> | undefined
  private stopped = false

  constructor(store: Store, baseUrl: string) {
    this.store = store
    this.baseUrl = baseUrl
  }

  /** How far it is; undefined when the store was never indexed as a whole. */
  async state(): Promise<ReindexState | undefined> {
    const note = await this.store.note(NOTE)
    return note === undefined ? undefined : (JSON.parse(note) as ReindexState)
  }

  /** Whether searches may miss resources that were written before. */
  async isNeeded(): Promise<boolean> {
    const state = await this.state()
    return state?.indexedBy !== fingerprint() || state.finished === undefined
  }

  /** Does all that is to do, unless it is being done; with `anew`, even what seems right. Resolves when it is over. */
  run(anew = false): Promise<void> {
    this.running ??= this.work(anew).finally(() => {
      this.running = undefined
    })
    return this.running
  }

  /** Ends after the step at hand. */
  async stop(): Promise<void> {
    this.stopped = true
    await this.running
  }

  private async work(anew: boolean): Promise<void> {
    const indexedBy = fingerprint()
    const before = await this.state()
    if (!anew && before?.indexedBy === indexedBy && before.finished !== undefined) return
    const goesOn = !anew && before?.indexedBy === indexedBy
    let state: ReindexState = goesOn ? before : { indexedBy, done: 0, started: new Date().toISOString() }
    const pace = new Pace()
    while (!this.stopped) {
      const page = await this.store.scan(state.after, STEP)
      state = { ...state, done: state.done + page.length }
      const last = page.at(-1)?.position
      if (last === undefined) {
        const { after: _, ...rest } = state
        await this.commit([], { ...rest, finished: new Date().toISOString() })
        return
      }
      state.after = last
      const changes: IndexChange[] = []
      for (const entry of page) {
        changes.push(this.changeOf(entry))
        if (pace.due) await pace.rest()
      }
      await this.commit(changes, state)
      await setTimeout(PAUSE)
    }
  }

  private changeOf({ type, id, version, text }: ScanEntry): IndexChange {
    const entries = indexEntries(type, parseText(text.toString()), this.baseUrl)
    return { kind: 'index', type, id, version, entries }
  }

  private async commit(changes: IndexChange[], state: ReindexState): Promise<void> {
    await this.store.commit({ changes, guards: [], notes: { [NOTE]: JSON.stringify(state) } })
  }
}

let digest: string | undefined

/** Tells whether entries were made by the same parameters in the same way. */
function fingerprint(): string {
  digest ??= createHash('sha256')
    .update(JSON.stringify([MADE_BY, indexedParameters()]))
    .digest('base64url')
  return digest
}

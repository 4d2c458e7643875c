import type { Store } from '../resources/store/port.ts'
import type { Searcher } from '../search/searcher.ts'
import type { CustomParameters } from './custom-parameters.ts'
import type { Reindex } from './jobs/reindex.ts'

/** ms between two times that this process says what it indexes by, and looks how far the others are with the job. */
const INTERVAL = 3_000

/** What is kept up with what other processes change. */
export interface Kept {
  store: Store
  searcher: Searcher
  custom: CustomParameters
  reindex: Reindex
}

/**
 * Keeps a process up with the others on its store: the search parameters that they store, and the job that one of them
 * does. While the store cannot be reached it waits; what was missed is found when it can.
 */
export class Neighbours {
  private readonly kept: Kept
  private readonly timer: NodeJS.Timeout
  private endWatch: () => Promise<void> = async () => undefined
  private working: Promise<void> | undefined
  /** Whether parameters may have changed since the work at hand began. */
  private changed = false

  private constructor(kept: Kept) {
    this.kept = kept
    this.timer = setInterval(() => void this.look(), INTERVAL).unref()
  }

  /** Resolves when all that others changed before is known here, and they know what this process indexes by. */
  static async open(kept: Kept): Promise<Neighbours> {
    const neighbours = new Neighbours(kept)
    const { shared } = kept.store
    if (shared) {
      // Said first, and then looked: whoever changes a parameter and does not hear of this one has done so before.
      await kept.reindex.tell()
      neighbours.endWatch = shared.watch('SearchParameter', () => void neighbours.look(true))
      await neighbours.look(true)
    } else clearInterval(neighbours.timer)
    return neighbours
  }

  async close(): Promise<void> {
    clearInterval(this.timer)
    await this.endWatch()
    await this.working
    await this.kept.store.shared?.fallSilent().catch(() => undefined)
  }

  /** One look at a time; what changes meanwhile is looked at when it is over. */
  private look(changed = false): Promise<void> {
    this.changed ||= changed
    this.working ??= this.lookUp()
      .catch(() => {
        // The next look is for all.
        this.changed = true
      })
      .finally(() => {
        this.working = undefined
      })
    return this.working
  }

  private async lookUp(): Promise<void> {
    const { store, searcher, custom, reindex } = this.kept
    while (this.changed) {
      this.changed = false
      if (await custom.refresh(store, searcher)) reindex.parametersLearned()
    }
    await reindex.tell()
    await reindex.follow()
    reindex.goOn()
  }
}

import { setTimeout } from 'node:timers/promises'
import type { Shared } from '../../resources/store/shared.ts'

const NAME = 'indexes by'

/** ms that what a process says holds, and between two looks at what the others say. */
const HOLDS = 15_000
const INTERVAL = 500

/** How many other processes have the store open; none where only one can. */
export async function othersOn(shared: Shared | undefined): Promise<number> {
  return (await shared?.told(NAME))?.length ?? 0
}

/**
 * What the processes on a store let each other know they index resources by: a digest. Where one indexes in another way,
 * what it writes lacks entries, and a pass through all resources is in vain.
 */
export class Peers {
  private readonly shared: Shared | undefined

  constructor(shared: Shared | undefined) {
    this.shared = shared
  }

  /** To be said anew every few seconds, and before anything is written that is indexed so. */
  async tell(digest: string): Promise<void> {
    await this.shared?.tell(NAME, digest, HOLDS)
  }

  /** Waits until all others index by the same; ends before where `isOver`. */
  async agree(digest: string, isOver: () => boolean): Promise<void> {
    if (!this.shared) return
    while (!isOver()) {
      const others = await this.shared.told(NAME)
      if (others.every((other) => other === digest)) return
      await setTimeout(INTERVAL, undefined, { ref: false })
    }
  }
}

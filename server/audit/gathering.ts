/** Part of the time of a commit that is waited at the most for those who may come yet. */
const MOST_PATIENCE = 0.5

/** Below this the next success is all that brings it back. */
const LEAST_PATIENCE = 1 / 64

/** ms that are waited at the most; and below which there is no waiting, since a timer takes as long. */
const MOST_WAIT = 3
const LEAST_WAIT = 0.2

/**
 * How long a commit waits for more to join it. Whoever was answered by the commit before mostly asks again at once, and comes too
 * late for a commit that begins right away: then there are two groups of which each waits for the other's commit as well.
 * So as many are waited for as were in the last commit and came during it, for part of the time that a commit takes; where
 * they do not come, ever less.
 */
export class Gathering {
  private patience = MOST_PATIENCE
  /** ms, of late. */
  private commitTime = 0
  private expected = 0
  private count = 0
  private arrived: (() => void) | undefined
  private readonly mostWait: number

  /** `mostWait`: ms that are waited at the most, however long a commit takes. */
  constructor(mostWait = MOST_WAIT) {
    this.mostWait = mostWait
  }

  /** One more is there. */
  came(): void {
    this.count++
    if (this.count >= this.expected) this.arrived?.()
  }

  /** Resolves when those who are expected are there, or it does not pay to wait for them any longer; gives how many they are. */
  async wait(): Promise<number> {
    // What is done in the same turn of the loop goes along.
    await new Promise((resolve) => setImmediate(resolve))
    const most = Math.min(this.mostWait, this.commitTime * this.patience)
    if (this.count < this.expected && most >= LEAST_WAIT) await this.others(most)
    if (this.count >= this.expected) this.patience = MOST_PATIENCE
    else this.patience = Math.max(LEAST_PATIENCE, this.patience / 2)
    const { count } = this
    this.count = 0
    return count
  }

  /** A commit of so many is over, after so many ms. */
  committed(count: number, ms: number): void {
    this.commitTime = this.commitTime === 0 ? ms : this.commitTime * 0.8 + ms * 0.2
    this.expected = count + this.count
  }

  private others(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.arrived = undefined
        resolve()
      }
      const timer = setTimeout(end, ms)
      this.arrived = end
    })
  }
}

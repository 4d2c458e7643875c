import type { Fragment } from './fragment.ts'

/** ms that a size counts as known, and how many are at the most. */
const LIFE = 2_000
const MOST = 2_000

/**
 * How much indexes gave when they were last asked. It chooses between ways to the same answer, so that it may be out of
 * date: what is asked for again and again need not be measured each time.
 */
export class Sizes {
  private known = new Map<string, number>()
  private since = 0

  /** What a statement gave, or gives now. */
  get({ sql, values }: Fragment, measure: () => number): number {
    const now = performance.now()
    if (now - this.since > LIFE || this.known.size >= MOST) {
      this.known = new Map()
      this.since = now
    }
    const key = `${sql}${JSON.stringify(values)}`
    let size = this.known.get(key)
    if (size === undefined) {
      size = measure()
      this.known.set(key, size)
    }
    return size
  }
}
